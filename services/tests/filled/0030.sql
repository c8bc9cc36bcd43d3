-- Some sessions were begun at an identity provider.
insert into provider_sessions (session_id, issuer, subject, claims, sealed_tokens, access_expires_at, refreshed_at)
select id, 'https://id.example.com/realms/main', user_id, '{}', '', now(), now() from sessions order by id limit 10;
