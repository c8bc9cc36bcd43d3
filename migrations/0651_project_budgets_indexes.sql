-- no-transaction
-- One budget of its own for a project and category; the target of a foreign key.
create unique index concurrently if not exists budgets_project_category_key on budgets (project_id, category);
create index concurrently if not exists budgets_of_group on budgets (group_id) where group_id is not null;
create index concurrently if not exists budgets_of_projects_by_creation on budgets (created_at, id)
    where project_id is not null;
-- The list of global budgets in each of its orders, however many budgets of projects stand between them.
create index concurrently if not exists budgets_global_in_order on budgets (name collate name_order, id)
    where project_id is null;
create index concurrently if not exists budgets_global_by_hard_limit on budgets (hard_limit, id) where project_id is null;
create index concurrently if not exists budgets_global_by_created on budgets (created_at, id) where project_id is null;
create index concurrently if not exists budgets_global_by_updated on budgets (updated_at, id) where project_id is null;
