alter table budgets add constraint budgets_project_fkey
    foreign key (project_id) references projects on delete cascade not valid;
alter table budgets add constraint budgets_group_fkey foreign key (group_id) references budget_groups not valid;
alter table budgets add constraint budgets_group_of_project check (group_id is null or project_id is not null) not valid;
-- A project's budget pays for no user without a budget.
alter table budgets add constraint budgets_default_is_global check (not is_default or project_id is null) not valid;

-- Fixed shares of members. A member without a row has an equal share, which is computed.
create table member_allocations (
    project_id uuid not null,
    category text not null,
    user_id uuid not null,
    soft_limit numeric(18, 9) not null constraint member_allocations_soft_not_negative check (soft_limit >= 0),
    hard_limit numeric(18, 9) not null,
    reason text constraint member_allocations_reason_length check (char_length(reason) <= 500),
    set_by uuid references users,
    set_at timestamptz not null,
    constraint member_allocations_pkey primary key (project_id, category, user_id),
    constraint member_allocations_soft_within_hard check (soft_limit <= hard_limit),
    constraint member_allocations_budget_fkey
        foreign key (project_id, category) references budgets (project_id, category) on delete cascade,
    constraint member_allocations_member_fkey
        foreign key (user_id, project_id) references user_projects (user_id, project_id) on delete cascade
);
create index member_allocations_by_member on member_allocations (user_id, project_id);
