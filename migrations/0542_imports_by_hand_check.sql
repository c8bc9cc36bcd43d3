-- The check of 0540 for rows from before it, which takes no lock that keeps anyone waiting.
alter table keycloak_imports validate constraint keycloak_imports_started_by_fkey;
