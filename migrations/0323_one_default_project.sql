-- no-transaction
-- A user has at most one stored default project.
create unique index concurrently if not exists user_projects_one_default on user_projects (user_id) where is_default;
