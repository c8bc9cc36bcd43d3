-- Budgets that belong to one project, budget groups, and the fixed shares of members.

-- One total for a project, spread over categories. Deleted groups stay, to be listed.
create table budget_groups (
    id uuid primary key,
    project_id uuid not null constraint budget_groups_project_fkey references projects on delete cascade,
    name text not null constraint budget_groups_name_length check (char_length(name) between 1 and 100),
    -- The sum of the hard limits of its budgets; in a deleted group the last one.
    total numeric(18, 9) not null constraint budget_groups_total_positive check (total > 0),
    reset_minutes integer not null
        constraint budget_groups_reset_in_range check (reset_minutes between 1 and 366 * 24 * 60),
    description text constraint budget_groups_description_length check (char_length(description) <= 500),
    created_by uuid references users,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null default 1
);
create unique index budget_groups_one_active on budget_groups (project_id) where deleted_at is null;
create index budget_groups_by_project on budget_groups (project_id, created_at desc, id);

-- Null for a global budget, which can be assigned to users and projects. Never changes.
alter table budgets add column project_id uuid;
alter table budgets add column group_id uuid;

-- A budget of a project is assigned to that project only. A check for each statement, not for each row.
create function check_global_budgets() returns trigger language plpgsql as $$
begin
    if exists (select from changed c join budgets b on b.id = c.budget_id where b.project_id is not null) then
        raise exception 'a budget of a project cannot be assigned to users'
            using errcode = 'check_violation', constraint = 'user_budgets_are_global';
    end if;
    return null;
end
$$;
create trigger user_budgets_are_global_inserted after insert on user_budgets
    referencing new table as changed for each statement execute function check_global_budgets();
create trigger user_budgets_are_global_updated after update on user_budgets
    referencing new table as changed for each statement execute function check_global_budgets();

create function check_own_budgets() returns trigger language plpgsql as $$
begin
    if exists (select from changed c join budgets b on b.id = c.budget_id where b.project_id <> c.project_id) then
        raise exception 'a budget of a project cannot be assigned to another project'
            using errcode = 'check_violation', constraint = 'project_budgets_are_own';
    end if;
    return null;
end
$$;
create trigger project_budgets_are_own_inserted after insert on project_budgets
    referencing new table as changed for each statement execute function check_own_budgets();
create trigger project_budgets_are_own_updated after update on project_budgets
    referencing new table as changed for each statement execute function check_own_budgets();

create function keep_project_of_budget() returns trigger language plpgsql as $$
begin
    raise exception 'a budget stays global or in its project'
        using errcode = 'check_violation', constraint = 'budgets_project_stays';
end
$$;
create trigger budgets_project_stays before update of project_id on budgets
    for each row when (old.project_id is distinct from new.project_id) execute function keep_project_of_budget();
