-- A budget that counts for users without a budget of its category.
alter table budgets add column is_default boolean not null default false;

-- The ledger is append-only, as the audit log is. Statements that name a partition fire its own trigger.
create function spend_events_are_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'spend_events is append-only' using errcode = 'insufficient_privilege';
end
$$;
create trigger spend_events_append_only before update or delete or truncate on spend_events
for each statement execute function spend_events_are_append_only();
create trigger spend_events_other_append_only before update or delete or truncate on spend_events_other
for each statement execute function spend_events_are_append_only();
revoke update, delete, truncate on spend_events, spend_events_other from current_user;

-- Creates the partition of a month in UTC. The role that serves has no right to create tables, so this runs with the
-- rights of the owner, and it finds tables only in its own schema. Returns whether the partition exists.
do $do$
begin
    execute format($create$
        create function create_spend_partition(month date) returns boolean
        language plpgsql security definer set search_path = pg_catalog, %1$I, pg_temp as $body$
        declare
            first date := make_date(extract(year from month)::integer, extract(month from month)::integer, 1);
            name text := 'spend_events_' || to_char(first, 'YYYYMM');
            held record;
        begin
            if month not between date '2000-01-01' and date '2199-12-31' then
                return false;
            end if;
            -- Instances that create the partition of a month at the same moment wait for each other here. After this lock,
            -- unlike after an advisory one, a session sees the tables that others created. `lock table` needs a right to
            -- change rows before Postgres 16, which no role has; a comment takes the same lock and is the owner's to make.
            comment on table %1$I.spend_events is 'What was spent: append-only, with a partition for each month in UTC.';
            if to_regclass(format('%1$I.%%I', name)) is not null then
                return true;
            end if;
            execute format('create table %1$I.%%I (like %1$I.spend_events including defaults)', name);
            execute format('create trigger %%I before update or delete or truncate on %1$I.%%I '
                           'for each statement execute function %1$I.spend_events_are_append_only()',
                           name || '_append_only', name);
            for held in
                select case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as role
                from pg_class c cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
                where c.oid = to_regclass(format('%1$I.%%I', name)) and a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
                group by 1
            loop
                execute format('revoke update, delete, truncate on %1$I.%%I from %%s cascade', name, held.role);
            end loop;
            -- Unlike `create table ... partition of`, this locks the default partition only, and not the whole ledger.
            execute format('alter table %1$I.spend_events attach partition %1$I.%%I for values from (%%L) to (%%L)',
                           name, first::text || ' 00:00:00+00', (first + interval '1 month')::date::text || ' 00:00:00+00');
            return true;
        exception when check_violation then
            -- Events of the month are in the default partition already, and stay there.
            return false;
        end
        $body$
    $create$, current_schema());
end
$do$;
