-- no-transaction
-- External users in every order of the list, as few as they are among all users; by name there is an index already.
create index concurrently if not exists users_external_by_created on users (created_at, id)
    where user_type = 'external';
create index concurrently if not exists users_external_by_last_sign_in
    on users (coalesce(last_sign_in_at, timestamptz '-infinity'), id) where user_type = 'external';
