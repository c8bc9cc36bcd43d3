-- Everybody's personal project, a hundred shared ones, one of them deleted, and who is in them.
insert into projects (id, name, description, project_type, created_by)
select gen_random_uuid(), email, 'Personal', 'personal', id from users;
insert into projects (id, name, display_name, description, project_type, created_by, deleted_at)
select gen_random_uuid(), 'project-' || n, case when n % 2 = 0 then 'Project ' || n end, 'What it is for', 'shared',
       (select id from users where email = n || '@example.com'), case when n = 1 then now() end
from generate_series(1, 100) n;
insert into user_projects (user_id, project_id, is_project_admin)
select u.id, p.id, u.id is not distinct from p.created_by from projects p, (select id from users limit 20) u
where p.project_type = 'shared';
