-- The latest window of a user's own budget, and of a project's. It is the window of now while it lasts and follows the
-- schedule of the budget; otherwise the next one begins where it ended. Plain SQL functions of one statement, which the
-- planner puts into the statement that calls them.
create function latest_user_window(holder uuid, of_category text) returns setof budget_windows language sql stable as $$
    select * from budget_windows
    where user_id = holder and project_id is null and category = of_category
    -- All columns of the index, so that its first entry is the answer.
    order by user_id, project_id, category, ends_at desc limit 1
$$;

create function latest_project_window(holder uuid, of_category text) returns setof budget_windows language sql stable as $$
    select * from budget_windows
    where project_id = holder and user_id is null and category = of_category
    order by project_id, category, ends_at desc limit 1
$$;

-- A window as pages and `/v1` read it; null where there is none.
create function window_of_budget(latest budget_windows) returns json language sql stable as $$
    select case when latest.id is not null then json_build_object(
        'schedule', latest.schedule, 'starts_at', latest.starts_at, 'ends_at', latest.ends_at,
        'spent', latest.spent::text, 'reserved', latest.reserved::text) end
$$;

-- A budget as pages and `/v1` read it of its holder.
create function assigned_budget(budget budgets, assigned_by text, since timestamptz, latest budget_windows) returns json
language sql stable as $$
    select json_build_object(
        'id', budget.id, 'slug', coalesce(budget.slug, budget.id::text), 'name', budget.name,
        'category', budget.category, 'soft_limit', budget.soft_limit::text, 'hard_limit', budget.hard_limit::text,
        'reset_minutes', budget.reset_minutes, 'calendar', budget.calendar, 'time_zone', budget.time_zone,
        'is_own', budget.project_id is not null, 'assigned_by', assigned_by, 'since', since,
        'latest_window', window_of_budget(latest))
$$;

-- As before, with the latest window of each budget.
create or replace view user_holdings as
    select u.id as user_id,
           (select coalesce(json_agg(json_build_object(
                     'id', p.id, 'name', p.name, 'title', p.title, 'project_type', p.project_type,
                     'is_project_admin', m.is_project_admin, 'granted_by', giver.name, 'since', m.created_at,
                     'is_default', m.project_id = d.project_id,
                     'is_only_admin', m.is_project_admin and u.is_active and p.project_type = 'shared' and not exists (
                       select from user_projects o join users a on a.id = o.user_id
                       where o.project_id = p.id and o.user_id <> u.id and o.is_project_admin and a.is_active))
                   order by p.project_type = 'personal', p.title collate name_order, p.id), '[]')
            from user_projects m
            join projects p on p.id = m.project_id and p.deleted_at is null
            left join users giver on giver.id = m.granted_by
            left join lateral (select project_id from default_projects where user_id = u.id) d on true
            where m.user_id = u.id) as projects,
           (select coalesce(json_agg(assigned_budget(b, giver.name, a.created_at, latest)
                   order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
            from user_budgets a
            join budgets b on b.id = a.budget_id
            left join users giver on giver.id = a.assigned_by
            left join lateral latest_user_window(a.user_id, a.category) latest on true
            where a.user_id = u.id) as budgets
    from users u;
