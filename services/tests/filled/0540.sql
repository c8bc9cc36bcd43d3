update keycloak_imports set started_by = (select id from users order by id limit 1), stopped_at = now();
