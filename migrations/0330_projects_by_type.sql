-- no-transaction
-- The list of projects by type: the shared ones in order, however many personal ones stand between them.
create index concurrently if not exists projects_by_type_in_order on projects (project_type, title collate name_order, id)
    where deleted_at is null;
create index concurrently if not exists projects_by_type_and_creation on projects (project_type, created_at, id)
    where deleted_at is null;
-- The same for a search that leaves personal projects out.
create index concurrently if not exists projects_shared_folded_search
    on projects using gin (fold_for_search(search) gin_trgm_ops) where project_type = 'shared';
create index concurrently if not exists projects_shared_by_folded_initial
    on projects (left(fold_for_search(title), 1), title collate name_order, id) where project_type = 'shared';
