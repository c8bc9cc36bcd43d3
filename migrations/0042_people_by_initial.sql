-- no-transaction
-- One letter is looked for at the beginning of names.
create index concurrently if not exists users_by_initial on users (left(lower(name), 1), lower(name), id);
