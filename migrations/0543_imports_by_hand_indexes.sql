-- no-transaction
create index concurrently if not exists keycloak_imports_by_starter
    on keycloak_imports (started_by) where started_by is not null;
-- The tab of users who are in more projects than the limit.
create index concurrently if not exists keycloak_import_users_over_limit
    on keycloak_import_users (import_id, place) where is_over_limit;
