insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
select gen_random_uuid(), 'Budget ' || n, (array['platform', 'cli', 'premium_models'])[1 + n % 3], n, n + 0.000000001, 43200
from generate_series(1, 100) n;
insert into user_budgets (user_id, category, budget_id)
select u.id, b.category, b.id from (select id from users limit 50) u, (select distinct on (category) id, category from budgets) b;
insert into project_budgets (project_id, category, budget_id)
select p.id, b.category, b.id from (select id from projects limit 50) p, (select distinct on (category) id, category from budgets) b;
