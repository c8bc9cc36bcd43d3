-- no-transaction
-- As by creation.
create index concurrently if not exists users_privileged_by_last_sign_in
    on users (coalesce(last_sign_in_at, timestamptz '-infinity'), id) where is_admin or is_auditor;
