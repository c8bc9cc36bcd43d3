-- no-transaction
-- Members and project admins of a project are counted without looking at the rows.
create index concurrently if not exists user_projects_of_project
    on user_projects (project_id, user_id) include (is_project_admin);
