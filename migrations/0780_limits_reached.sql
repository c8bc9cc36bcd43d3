-- The windows of budgets that have reached a limit, noted by the job that raises alerts: finding them among the windows of
-- now would read all of these, and an index on what is spent would make each settlement write to it.
create table limits_reached (
    window_id uuid primary key constraint limits_reached_window_fkey references budget_windows (id) on delete cascade,
    -- Whether it was the hard limit; otherwise the soft one.
    is_hard boolean not null,
    -- The end of the window, as it was then.
    ends_at timestamptz not null
);
create index limits_reached_by_end on limits_reached (is_hard, ends_at);
