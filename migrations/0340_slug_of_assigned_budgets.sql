-- Adds the id of `/v1` to a budget as pages and `/v1` read it of the user or project it is assigned to.
create or replace function assigned_budget(budget budgets, assigned_by text, since timestamptz) returns json
language sql stable as $$
    select json_build_object(
        'id', budget.id, 'slug', coalesce(budget.slug, budget.id::text), 'name', budget.name,
        'category', budget.category, 'soft_limit', budget.soft_limit::text, 'hard_limit', budget.hard_limit::text,
        'reset_minutes', budget.reset_minutes, 'assigned_by', assigned_by, 'since', since)
$$;
