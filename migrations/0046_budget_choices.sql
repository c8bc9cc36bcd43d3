-- The budgets to choose from when one is assigned, as pages read them together with what they show: by category, then
-- name; at most 200. One row.
create view budget_choices as
    select coalesce(json_agg(json_build_object(
               'id', b.id, 'name', b.name, 'category', b.category,
               'soft_limit', b.soft_limit::text, 'hard_limit', b.hard_limit::text) order by b.place, lower(b.name), b.id),
           '[]') as choices
    from (select *, array_position(array['platform', 'cli', 'premium_models'], category) as place
          from budgets order by place, lower(name), id limit 200) b;
