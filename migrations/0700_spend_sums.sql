-- Sums of the daily totals in `spend_days` over users, projects or models, so that a page about many days reads few rows. A
-- job writes them for days that are over. For other days, pages read `spend_days`.
create table spend_model_days (
    day date not null,
    category text not null,
    model text not null,
    amount numeric(28, 9) not null
);
create index spend_model_days_by_day on spend_model_days (day);

create table spend_project_days (
    day date not null,
    category text not null,
    project_id uuid,
    amount numeric(28, 9) not null
);
create index spend_project_days_by_day on spend_project_days (day);

create table spend_user_days (
    day date not null,
    category text not null,
    user_id uuid,
    amount numeric(28, 9) not null
);
create index spend_user_days_by_day on spend_user_days (day);

-- The same for weeks whose days are all over; `day` is the Monday.
create table spend_project_weeks (like spend_project_days);
create index spend_project_weeks_by_day on spend_project_weeks (day);

create table spend_user_weeks (like spend_user_days);
create index spend_user_weeks_by_day on spend_user_weeks (day);

-- Days that are over. As soon as a day has a row here, each write to its totals adds a row to `spend_late_days`.
create table spend_closed_days (
    day date constraint spend_closed_days_pkey primary key,
    -- Null until the sums are written.
    summed_at timestamptz
);

-- Days whose sums are not current: a row for each write to their totals, until the job has written the sums again.
create table spend_late_days (
    day date not null
);
