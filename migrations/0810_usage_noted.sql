-- Lists are narrowed by what is spent of budgets: windows that have used half of the hard limit are noted too.
alter table limits_reached
    -- Whether the soft limit is reached. Until now no window below it was noted.
    add column is_soft boolean not null default true,
    -- The highest of 50, 75 and 90 that is spent in percent of the hard limit, or 0: few changes while the spend grows.
    add column percent smallint not null default 0,
    -- The user or the project of the window; null as long as the old version noted it.
    add column holder_id uuid;

-- Windows of users and projects with the limits of the budget that pays now, which may be another one than at the last
-- reservation. Not those of who does not spend any more, and not those that another schedule has ended. Without the
-- shares of members.
create view paid_windows as
    select w.id, w.user_id, w.project_id, w.category, w.budget_id, w.starts_at, w.ends_at, w.spent, w.reserved,
           b.soft_limit, b.hard_limit
    from budget_windows w
    left join users h on h.id = w.user_id and h.is_active
    left join projects j on j.id = w.project_id and j.deleted_at is null
    left join project_budgets p on p.project_id = j.id and p.category = w.category
    left join user_budgets u on u.user_id = h.id and u.category = w.category
    left join budgets d on d.is_default and d.category = w.category and w.project_id is null
    join budgets b on b.id = coalesce(p.budget_id, u.budget_id, d.id)
    where coalesce(h.id, j.id) is not null and (w.user_id is null or w.project_id is null)
      -- Compared in a way that no join could begin with: each window would meet all budgets of its schedule.
      and w.schedule is not distinct from budget_schedule(b);
