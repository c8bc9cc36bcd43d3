-- Declared in the file that BURSAR_PREDEFINED_BUDGETS names, and changed there alone.
alter table budgets add column is_predefined boolean not null default false;
