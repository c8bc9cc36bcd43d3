-- The project that a user starts in. It is stored with the membership, so that it disappears with it; several users may
-- have the same one.
alter table user_projects add column is_default boolean not null default false;

-- The default project of every user who is in a project: the stored one, else the personal one, else the first by name.
create view default_projects as
    select distinct on (m.user_id) m.user_id, m.project_id
    from user_projects m join projects p on p.id = m.project_id and p.deleted_at is null
    order by m.user_id, m.is_default desc, p.project_type = 'personal' desc, p.name collate name_order, p.id;

-- Adds to what a user holds which project is the default.
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
           (select coalesce(json_agg(assigned_budget(b, giver.name, a.created_at)
                   order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
            from user_budgets a
            join budgets b on b.id = a.budget_id
            left join users giver on giver.id = a.assigned_by
            where a.user_id = u.id) as budgets
    from users u;
