insert into provider_logouts (id, issuer, sid, subject, issued_at, received_at, expires_at) values
    (gen_random_uuid(), 'https://id.example.com/realms/main', 'sid-1', 'subject-1', now(), now(), now() + interval '7 days');
