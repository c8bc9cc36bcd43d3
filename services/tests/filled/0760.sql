insert into budget_requests (id, user_id, project_id, category, hard_limit, reason, requested_by, requested_at, state)
select gen_random_uuid(), u.id, null, 'cli', 100, 'The migration of the handbook.', u.id, now(), 'waiting'
from users u where u.is_active limit 20;
