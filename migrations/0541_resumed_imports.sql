-- When an import went on after an interruption, and with how many users: the rate and the time left are those since then.
alter table keycloak_imports add column resumed_at timestamptz;
alter table keycloak_imports add column resumed_with integer not null default 0;
