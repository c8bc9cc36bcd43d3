insert into budget_groups (id, project_id, name, total, reset_minutes, created_at, updated_at)
select gen_random_uuid(), p.id, 'Group of ' || p.name, 100, 43200, now(), now()
from (select id, name from projects where project_type = 'shared' and deleted_at is null limit 50) p;
insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, project_id, group_id)
select gen_random_uuid(), 'Own budget of ' || g.project_id, 'cli', 80, 100, 43200, g.project_id, g.id from budget_groups g;
insert into member_allocations (project_id, category, user_id, soft_limit, hard_limit, reason, set_at)
select distinct on (b.project_id) b.project_id, b.category, m.user_id, 1, 2, 'Leads the project', now()
from budgets b join user_projects m on m.project_id = b.project_id where b.project_id is not null;
