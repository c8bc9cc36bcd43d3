-- A deleted project can be restored for 30 days. Until then its name stays taken, and its budgets wait beside it, so
-- that nothing invisible holds on to a budget.

-- Deleted before this rule, with a name that was taken again: it could not be restored.
delete from projects gone where gone.deleted_at is not null and exists (
    select from projects p where lower(p.name) = lower(gone.name)
    and (p.deleted_at is null or (p.deleted_at, p.id) > (gone.deleted_at, gone.id))
);

drop index projects_name_key;
create unique index projects_name_key on projects (lower(name));
create index projects_deleted_by_title on projects (lower(title), id) where deleted_at is not null;
create index projects_by_deletion on projects (deleted_at) where deleted_at is not null;

create table deleted_project_budgets (
    project_id uuid not null references projects on delete cascade,
    budget_id uuid not null references budgets on delete cascade,
    assigned_by uuid references users,
    created_at timestamptz not null,
    constraint deleted_project_budgets_pkey primary key (project_id, budget_id)
);

create index deleted_project_budgets_by_budget on deleted_project_budgets (budget_id);
