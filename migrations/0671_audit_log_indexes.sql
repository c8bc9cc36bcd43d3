-- no-transaction
-- The audit log by each of its filters, the newest event first. An event is in one of the two indexes by actor.
create index concurrently if not exists audit_log_by_user on audit_log (actor_id, at desc, id desc)
    where actor_id is not null;
create index concurrently if not exists audit_log_by_actor on audit_log (lower(actor), at desc, id desc)
    where actor_id is null;
create index concurrently if not exists audit_log_by_action on audit_log (action, at desc, id desc);
create index concurrently if not exists audit_log_by_name on audit_log (lower(target), at desc, id desc);
create index concurrently if not exists audit_log_by_member on audit_log (audit_member(changes), at desc, id desc)
    where action like 'project.member%';
