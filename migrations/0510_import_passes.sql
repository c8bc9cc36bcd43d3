-- A realm whose users are deleted while it is read may need more than two passes. `is_second_pass` is not used any more.
alter table keycloak_imports add column pass smallint not null default 1;
