-- Where the last page of an import ended, and whether the next one began elsewhere: a user who is deleted or added meanwhile
-- moves the others to another page, so the realm is read again for those who were missed.
alter table keycloak_imports add column last_subject text;
alter table keycloak_imports add column has_moved boolean not null default false;
