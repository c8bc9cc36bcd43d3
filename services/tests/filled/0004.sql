insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
select gen_random_uuid(), now() - n * interval '1 minute', 'Bursar', 'user.created', 'user', gen_random_uuid(), n || '@example.com',
       '[{"field": "name", "before": null, "after": "Priya"}]'
from generate_series(1, 1000) n;
