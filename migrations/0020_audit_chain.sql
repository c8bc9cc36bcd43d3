-- The audit log can be proven whole (docs/adr, "Audit chain"): what was written waits here until a job seals it.

create table audit_unsealed (
    entry uuid primary key references audit_log
);

insert into audit_unsealed (entry) select id from audit_log;

-- Each seal holds the hash of the one before it and of its entries, in their order.
create table audit_seals (
    number bigint primary key,
    sealed_at timestamptz not null,
    entries uuid[] not null,
    hash bytea not null
);

create trigger audit_seals_append_only before update or delete or truncate on audit_seals
for each statement execute function audit_log_is_append_only();

-- Whoever owns the tables and is no superuser has to take the right back before the trigger is even asked.
revoke update, delete, truncate on audit_log, audit_seals from current_user;
