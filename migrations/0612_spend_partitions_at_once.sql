-- Lets instances that create the partition of a month at the same moment wait for each other by a lock on the ledger:
-- after it, unlike after an advisory lock, a session sees the tables that others created.
do $do$
begin
    execute format($create$
        create or replace function create_spend_partition(month date) returns boolean
        language plpgsql security definer set search_path = pg_catalog, %1$I, pg_temp as $body$
        declare
            first date := make_date(extract(year from month)::integer, extract(month from month)::integer, 1);
            name text := 'spend_events_' || to_char(first, 'YYYYMM');
            held record;
        begin
            if month not between date '2000-01-01' and date '2199-12-31' then
                return false;
            end if;
            lock table %1$I.spend_events in share update exclusive mode;
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
            -- Unlike `create table ... partition of`, this lets others read and write the ledger meanwhile.
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
