-- Messages in each state.
insert into outbox (id, channel, recipient, subject, payload, created_at, state, attempts, next_attempt_at, settled_at)
select gen_random_uuid(), (array['mail', 'webhook'])[1 + n % 2], n || '@example.com', 'Message ' || n, '{"text": "Hello"}',
       now() - n * interval '1 hour', case when n % 3 = 0 then 'pending' when n % 3 = 1 then 'delivered' else 'failed' end,
       n % 12, now(), case when n % 3 <> 0 then now() end
from generate_series(1, 100) n;
