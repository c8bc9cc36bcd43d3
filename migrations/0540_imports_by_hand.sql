-- Who started a plan or an import on the page, and when a maintainer stopped it: the server does not go on with it by itself.
alter table keycloak_imports add column started_by uuid references users on delete set null;
alter table keycloak_imports add column stopped_at timestamptz;

create index keycloak_imports_by_starter on keycloak_imports (started_by) where started_by is not null;
-- The tab of users who are in more projects than the limit.
create index keycloak_import_users_over_limit on keycloak_import_users (import_id, place) where is_over_limit;
