alter table budgets validate constraint budgets_project_fkey;
alter table budgets validate constraint budgets_group_fkey;
alter table budgets validate constraint budgets_group_of_project;
alter table budgets validate constraint budgets_default_is_global;
