-- The default budgets that pay for a user, as pages read them: those of the categories in which the user has no budget.
create function default_budgets(holder uuid) returns json language sql stable as $$
    select coalesce(json_agg(assigned_budget(b, null, b.created_at, latest) order by b.category), '[]')
    from budgets b
    left join lateral latest_user_window(holder, b.category) latest on true
    where b.is_default and not exists (
        select from user_budgets a where a.user_id = holder and a.category = b.category)
$$;
