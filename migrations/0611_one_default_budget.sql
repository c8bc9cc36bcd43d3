-- no-transaction
-- A category has at most one default budget.
create unique index concurrently if not exists budgets_one_default on budgets (category) where is_default;
