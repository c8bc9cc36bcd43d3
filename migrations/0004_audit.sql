-- Who changed what: written in the transaction of the change, never changed afterwards.

create table audit_log (
    id uuid primary key,
    at timestamptz not null,
    -- Null when the console itself or an operator's command did it.
    actor_id uuid,
    actor text not null,
    session_id uuid,
    request_id text,
    action text not null,
    target_type text not null,
    target_id uuid not null,
    target text not null,
    -- [{"field": ..., "before": ..., "after": ...}]
    changes jsonb not null,
    reason text
);

create index audit_log_by_target on audit_log (target_id, at desc, id desc);
create index audit_log_by_time on audit_log (at desc, id desc);

create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit_log is append-only' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_log_append_only before update or delete or truncate on audit_log
for each statement execute function audit_log_is_append_only();
