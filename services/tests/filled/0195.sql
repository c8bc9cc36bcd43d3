insert into password_handovers (id, session_id, user_id, sealed, expires_at)
select gen_random_uuid(), s.id, s.user_id, '\x00', now() from sessions s limit 10;
