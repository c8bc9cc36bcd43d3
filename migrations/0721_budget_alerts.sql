-- At which percentages of the hard limit an alert is raised, rising. Null: at the soft limit and at the hard limit.
alter table budgets add column alert_at smallint[];
alter table budgets add constraint budgets_alert_at
    check (cardinality(alert_at) <= 5 and 1 <= all (alert_at) and 100 >= all (alert_at)) not valid;

-- The alerts that were raised: one a window and threshold.
create table budget_alerts (
    window_id uuid not null constraint budget_alerts_window_fkey references budget_windows (id) on delete cascade,
    -- Of the hard limit. Null: the soft limit.
    percent smallint,
    budget_id uuid not null,
    -- As it was when the alert was raised.
    spent numeric(28, 9) not null,
    soft_limit numeric(18, 9) not null,
    hard_limit numeric(18, 9) not null,
    raised_at timestamptz not null,
    constraint budget_alerts_once unique nulls not distinct (window_id, percent)
);
create index budget_alerts_by_budget on budget_alerts (budget_id, raised_at desc, window_id);

-- A user or a project as the page of a budget names it; null for one that was deleted.
create function budget_holder(of_user uuid, of_project uuid) returns json language sql stable as $$
    select json_build_object('id', u.id, 'name', u.name, 'detail', u.email, 'user_type', u.user_type,
             'email_verified', coalesce(u.email_verified, u.auth_source = 'local'))
    from users u where u.id = of_user and of_project is null
    union all
    select json_build_object('id', p.id, 'name', p.title, 'detail', p.name, 'email_verified', false)
    from projects p where p.id = of_project and p.deleted_at is null
$$;
