-- A thousand people: every tenth an admin, some external, deactivated, locked, some who never signed in.
insert into users (id, name, email, user_type, is_admin, is_active, locked_until, last_sign_in_at)
select gen_random_uuid(), 'Person ' || n, n || '@example.com', case when n % 7 = 0 then 'external' else 'regular' end,
       n % 10 = 1, n % 13 <> 0, case when n % 17 = 0 then now() end, case when n % 3 = 0 then now() end
from generate_series(1, 1000) n;
insert into sessions (id, token_hash, user_id, device, signed_in_at, last_used_at, expires_at)
select gen_random_uuid(), sha256(u.email::bytea), u.id, 'Firefox on Linux', now(), now(), now() + interval '1 day' from users u;
insert into sign_in_networks (network, tries, window_ends_at) values ('192.0.2.0/24', 3, now());
