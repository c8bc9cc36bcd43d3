-- Budgets and whom or what they serve. Money is numeric, in US dollars.

create table budgets (
    id uuid primary key,
    name text not null constraint budgets_name_length check (char_length(name) between 1 and 128),
    category text not null constraint budgets_category_known check (category in ('platform', 'cli', 'premium_models')),
    soft_limit numeric(18, 9) not null constraint budgets_soft_limit_not_negative check (soft_limit >= 0),
    hard_limit numeric(18, 9) not null constraint budgets_hard_limit_positive check (hard_limit > 0),
    reset_minutes integer not null constraint budgets_reset_in_range check (reset_minutes between 1 and 366 * 24 * 60),
    created_by uuid references users,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1,
    search text not null generated always as (lower(name)) stored,
    constraint budgets_soft_within_hard check (soft_limit <= hard_limit),
    -- Target of the foreign keys below, which thereby also compare the category.
    constraint budgets_id_category_key unique (id, category)
);

create unique index budgets_name_key on budgets (lower(name));
create index budgets_search on budgets using gin (search gin_trgm_ops);
create index budgets_by_name on budgets (lower(name), id);
create index budgets_by_hard_limit on budgets (hard_limit, id);
create index budgets_by_updated on budgets (updated_at, id);

-- One active budget a person and category.
create table user_budgets (
    user_id uuid not null references users on delete cascade,
    category text not null,
    budget_id uuid not null,
    assigned_by uuid references users,
    created_at timestamptz not null default now(),
    constraint user_budgets_pkey primary key (user_id, category),
    constraint user_budgets_budget_fkey foreign key (budget_id, category) references budgets (id, category)
);

create index user_budgets_by_budget on user_budgets (budget_id, created_at desc);

-- One active budget a project and category.
create table project_budgets (
    project_id uuid not null references projects on delete cascade,
    category text not null,
    budget_id uuid not null,
    assigned_by uuid references users,
    created_at timestamptz not null default now(),
    constraint project_budgets_pkey primary key (project_id, category),
    constraint project_budgets_budget_fkey foreign key (budget_id, category) references budgets (id, category)
);

create index project_budgets_by_budget on project_budgets (budget_id, created_at desc);
