insert into idempotency_keys (user_id, key, request_hash, status, created_at)
values ('00000000-0000-0000-0000-000000000001', 'one', '\x00', 200, now());
