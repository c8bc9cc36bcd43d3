-- no-transaction
-- One letter is looked for at the beginning of names.
create index concurrently if not exists projects_by_initial on projects (left(lower(title), 1), lower(title), id)
    where deleted_at is null;
