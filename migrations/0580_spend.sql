-- What is spent against budgets: windows, reservations, the ledger, and the gateways that report to it.
create extension if not exists btree_gist;

-- Windows of a rolling budget follow each other from the assignment on; those of a calendar budget begin with the day,
-- the week or the month in the time zone.
alter table budgets add column calendar boolean not null default false;
alter table budgets add column time_zone text not null default 'UTC';

-- Programs that reserve and report spend.
create table gateways (
    id uuid primary key,
    name text not null constraint gateways_name_length check (char_length(name) between 1 and 128),
    -- SHA-256 of the token; the token is shown once.
    token_hash bytea not null constraint gateways_token_hash_key unique,
    -- Tells tokens apart on the page without opening anything.
    token_hint text not null,
    created_by uuid references users,
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create unique index gateways_name_key on gateways (lower(name)) where revoked_at is null;

-- One row per subject, category and window in which something was reserved or spent. The subject is a user (project_id is
-- null), a project (user_id is null), or a member's share of a project's budget. Rows outlive users and projects.
create table budget_windows (
    id uuid primary key,
    category text not null
        constraint budget_windows_category_known check (category in ('platform', 'cli', 'premium_models')),
    project_id uuid,
    user_id uuid,
    budget_id uuid not null,
    -- The reset period it follows, for example `30d`, and for calendar windows the time zone: `30d Europe/Warsaw`.
    schedule text not null,
    starts_at timestamptz not null,
    -- Moves once, to the moment of a reset by hand or of a change of the schedule.
    ends_at timestamptz not null,
    -- As of the latest reservation.
    soft_limit numeric(18, 9) not null,
    hard_limit numeric(18, 9) not null,
    -- Sums of many amounts: wider than an amount.
    spent numeric(28, 9) not null default 0,
    reserved numeric(28, 9) not null default 0 constraint budget_windows_reserved_not_negative check (reserved >= 0),
    constraint budget_windows_lasts check (starts_at < ends_at),
    constraint budget_windows_subject check (project_id is not null or user_id is not null),
    constraint budget_windows_do_not_overlap exclude using gist (
        category with =,
        coalesce(project_id, '00000000-0000-0000-0000-000000000000'::uuid) with =,
        coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid) with =,
        tstzrange(starts_at, ends_at) with &&
    )
) with (fillfactor = 50);
-- The window at a moment is the first of its subject that ends after it.
create index budget_windows_by_subject on budget_windows (
    coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid),
    coalesce(project_id, '00000000-0000-0000-0000-000000000000'::uuid), category, ends_at);
create index budget_windows_by_user on budget_windows (user_id, project_id, category, ends_at desc)
    where user_id is not null;
create index budget_windows_by_project on budget_windows (project_id, category, ends_at desc) where user_id is null;
-- The windows of a budget's page: those that ended last.
create index budget_windows_by_budget on budget_windows (budget_id, ends_at desc);
create index budget_windows_of_members on budget_windows (project_id, category, ends_at desc)
    where project_id is not null and user_id is not null;

create table reservations (
    id uuid primary key,
    -- Without a foreign key, whose check would have all reservations of a gateway share one row lock.
    gateway_id uuid not null,
    -- Digest of the idempotency key.
    key uuid not null,
    -- Digest of the request, so that the key is not used for another one.
    content uuid not null,
    category text not null,
    project_id uuid,
    user_id uuid,
    model text not null,
    -- What it is held against: no window, one, or the project's and the member's.
    window_ids uuid[] not null,
    -- Whether the decision was a warning.
    over_soft boolean not null,
    amount numeric(18, 9) not null constraint reservations_amount_positive check (amount > 0),
    reserved_at timestamptz not null,
    expires_at timestamptz not null,
    state text not null default 'open'
        constraint reservations_state_known check (state in ('open', 'settled', 'released', 'expired')),
    settled numeric(18, 9),
    constraint reservations_key unique (gateway_id, key),
    constraint reservations_settled check ((state = 'settled') = (settled is not null))
) with (fillfactor = 70);
create index reservations_by_expiry on reservations (expires_at) where state = 'open';
create index reservations_by_time on reservations using brin (reserved_at);

-- Each event once: an event that is reported again has its key here.
create table spend_keys (
    source uuid not null,
    key uuid not null,
    received_at timestamptz not null,
    -- Digest of the event, so that the key is not used for another one.
    content uuid not null,
    event_id uuid not null,
    spent_at timestamptz not null,
    -- Of the amount, what no correction has taken back.
    uncorrected numeric(18, 9) not null,
    -- The windows in which the amount is counted.
    window_ids uuid[] not null,
    constraint spend_keys_pkey primary key (source, key)
);
create index spend_keys_by_received on spend_keys using brin (received_at);

-- The ledger. Rows are added and never changed; a correction is another row.
create table spend_events (
    id uuid not null,
    spent_at timestamptz not null,
    received_at timestamptz not null,
    -- The gateway; null for what was collected from a provider.
    source uuid,
    category text not null,
    project_id uuid,
    user_id uuid,
    model text not null,
    -- Negative in a correction.
    amount numeric(18, 9) not null,
    input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    corrects uuid,
    constraint spend_events_pkey primary key (id, spent_at)
) partition by range (spent_at);
create table spend_events_other partition of spend_events default;

-- Totals per day in UTC, written in the transaction of each event. They outlive the events.
create table spend_days (
    day date not null,
    category text not null,
    project_id uuid,
    user_id uuid,
    model text not null,
    amount numeric(28, 9) not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    events bigint not null,
    constraint spend_days_key unique nulls not distinct (day, user_id, project_id, category, model)
) with (fillfactor = 70);
create index spend_days_by_project on spend_days (project_id, day) where project_id is not null;
create index spend_days_by_user on spend_days (user_id, day) where user_id is not null;
