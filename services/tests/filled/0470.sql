insert into keycloak_imports (id, address, realm, is_plan, total, is_writable_by_users, started_at, updated_at, finished_at)
values (gen_random_uuid(), 'https://id.example.com', 'main', false, 1, false, now(), now(), now());
insert into keycloak_import_users (import_id, place, subject, username, name, address, outcome, code, detail, is_over_limit, at)
select id, 0, 'subject-0', 'ada', 'Ada', 'ada@example.com', 'created', 'created', '', false, now() from keycloak_imports;
