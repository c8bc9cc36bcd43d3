-- What the console does by itself: one row a job. An instance takes the row for as long as it runs the job.
create table jobs (
    name text primary key,
    next_at timestamptz not null,
    started_at timestamptz,
    leased_until timestamptz,
    finished_at timestamptz,
    problem text constraint jobs_problem_length check (length(problem) <= 500),
    failures integer not null default 0 constraint jobs_failures check (failures >= 0)
);
