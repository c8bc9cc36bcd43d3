-- no-transaction
-- Who holds a role is few: no order of the list may look for them among everybody.
create index concurrently if not exists users_privileged_by_created on users (created_at, id)
    where is_admin or is_auditor;
