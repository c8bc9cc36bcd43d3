-- Adds to a budget as pages and `/v1` read it of its holder whether it belongs to the project.
create or replace function assigned_budget(
    budget budgets, assigned_by text, since timestamptz, latest budget_windows
) returns json language sql stable as $$
    select json_build_object(
        'id', budget.id, 'slug', coalesce(budget.slug, budget.id::text), 'name', budget.name,
        'category', budget.category, 'soft_limit', budget.soft_limit::text, 'hard_limit', budget.hard_limit::text,
        'reset_minutes', budget.reset_minutes, 'calendar', budget.calendar, 'time_zone', budget.time_zone,
        'is_own', budget.project_id is not null, 'assigned_by', assigned_by, 'since', since,
        'latest_window', window_of_budget(latest))
$$;
