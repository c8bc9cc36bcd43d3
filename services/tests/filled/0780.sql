with windows as (
    insert into budget_windows
        (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
    select gen_random_uuid(), 'cli', id, gen_random_uuid(), '30d', now() - interval '1 day', now() + interval '29 days', 8, 10, 9
    from users where is_active limit 20
    returning id, ends_at)
insert into limits_reached (window_id, is_hard, ends_at) select id, false, ends_at from windows;
