insert into identity_conflicts (issuer, subject, user_id, provider, name, address, username, first_at, last_at)
select 'https://id.example.com/realms/main', 'subject-' || u.email, u.id, 'keycloak', u.name, u.email, 'person', now(), now()
from users u where u.is_admin;
