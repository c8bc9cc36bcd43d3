-- Who started a plan or an import on the page, and when a maintainer stopped it: the server does not go on with it by itself.
alter table keycloak_imports add column started_by uuid;
alter table keycloak_imports add column stopped_at timestamptz;
alter table keycloak_imports add constraint keycloak_imports_started_by_fkey
    foreign key (started_by) references users on delete set null not valid;
