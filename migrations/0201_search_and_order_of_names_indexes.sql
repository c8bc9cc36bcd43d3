-- no-transaction
-- Search and order of names by index. The indexes on lower(...) stay for the previous version, which still runs.
create index concurrently if not exists users_folded_search
    on users using gin (fold_for_search(search || ' ' || coalesce(username, '')) gin_trgm_ops);
create index concurrently if not exists users_by_folded_initial
    on users (left(fold_for_search(name), 1), name collate name_order, id);
create index concurrently if not exists users_in_order on users (name collate name_order, id);
create index concurrently if not exists users_privileged_in_order on users (name collate name_order, id)
    where is_admin or is_auditor;
create index concurrently if not exists users_inactive_in_order on users (name collate name_order, id)
    where not is_active;
create index concurrently if not exists users_never_signed_in_in_order on users (name collate name_order, id)
    where last_sign_in_at is null;
create index concurrently if not exists users_external_in_order on users (name collate name_order, id)
    where user_type = 'external';
create index concurrently if not exists projects_folded_search
    on projects using gin (fold_for_search(search) gin_trgm_ops);
create index concurrently if not exists projects_by_folded_initial
    on projects (left(fold_for_search(title), 1), title collate name_order, id) where deleted_at is null;
create index concurrently if not exists projects_in_order on projects (title collate name_order, id)
    where deleted_at is null;
create index concurrently if not exists projects_by_technical_name on projects (name collate name_order, id)
    where deleted_at is null;
create index concurrently if not exists projects_deleted_in_order on projects (title collate name_order, id)
    where deleted_at is not null;
create index concurrently if not exists budgets_folded_search
    on budgets using gin (fold_for_search(search) gin_trgm_ops);
create index concurrently if not exists budgets_in_order on budgets (name collate name_order, id);
