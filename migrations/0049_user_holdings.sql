-- A budget as pages read it of whoever it serves, a person or a project.
create function assigned_budget(budget budgets, assigned_by text, since timestamptz) returns json
language sql stable as $$
    select json_build_object(
        'id', budget.id, 'name', budget.name, 'category', budget.category, 'soft_limit', budget.soft_limit::text,
        'hard_limit', budget.hard_limit::text, 'reset_minutes', budget.reset_minutes,
        'assigned_by', assigned_by, 'since', since)
$$;

-- What somebody holds, as pages read it together with the person: projects by title, the personal one last, and budgets
-- in the order of their categories.
create view user_holdings as
    select u.id as user_id,
           (select coalesce(json_agg(json_build_object(
                     'id', p.id, 'name', p.name, 'title', p.title, 'project_type', p.project_type,
                     'is_project_admin', m.is_project_admin, 'granted_by', giver.name, 'since', m.created_at)
                   order by p.project_type = 'personal', lower(p.title), p.id), '[]')
            from user_projects m
            join projects p on p.id = m.project_id and p.deleted_at is null
            left join users giver on giver.id = m.granted_by
            where m.user_id = u.id) as projects,
           (select coalesce(json_agg(assigned_budget(b, giver.name, a.created_at)
                   order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
            from user_budgets a
            join budgets b on b.id = a.budget_id
            left join users giver on giver.id = a.assigned_by
            where a.user_id = u.id) as budgets
    from users u;
