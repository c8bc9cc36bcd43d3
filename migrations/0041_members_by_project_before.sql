-- no-transaction
-- Replaced by user_projects_of_project.
drop index concurrently if exists user_projects_by_project;
