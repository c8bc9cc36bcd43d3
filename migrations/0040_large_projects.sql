-- What searches, projects with very many members, and a person's first letter need.

-- Members and project admins are counted without looking at the rows.
drop index user_projects_by_project;
create index user_projects_by_project on user_projects (project_id, user_id) include (is_project_admin);

create index users_by_initial on users (left(lower(name), 1), lower(name), id);
create index projects_by_initial on projects (left(lower(title), 1), lower(title), id) where deleted_at is null;
