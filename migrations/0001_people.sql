-- People, their sessions and what guards their sign-in.
-- The names users, is_admin, is_maintainer and email are a promise to operators, who set them by hand.

create extension if not exists pg_trgm;

create table users (
    id uuid primary key,
    email text not null constraint users_email_length check (char_length(email) between 3 and 254),
    name text not null constraint users_name_length check (char_length(name) between 1 and 255),
    user_type text not null default 'regular' constraint users_user_type_known check (user_type in ('regular', 'external')),
    is_admin boolean not null default false,
    is_maintainer boolean not null default false,
    is_auditor boolean not null default false,
    is_active boolean not null default true,
    -- null: the configured USER_PROJECT_LIMIT. Admins are exempt by their role.
    project_limit integer constraint users_project_limit_not_negative check (project_limit >= 0),
    auth_source text not null default 'local',
    password_hash text,
    -- A one-time password was issued; nothing but changing it is open until then.
    password_change_due boolean not null default false,
    -- Tries since the last success, counted before the password is looked at.
    sign_in_tries integer not null default 0,
    locked_until timestamptz,
    last_sign_in_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1,
    -- One column to search, so that one trigram index serves and the plan does not depend on the sort.
    search text not null generated always as (lower(name || ' ' || email)) stored,
    constraint users_maintainer_is_admin check (is_admin or not is_maintainer)
);

create unique index users_email_key on users (lower(email));
create index users_search on users using gin (search gin_trgm_ops);
create index users_by_name on users (lower(name), id);
create index users_by_created on users (created_at, id);
create index users_by_last_sign_in on users (coalesce(last_sign_in_at, timestamptz '-infinity'), id);
create index users_privileged on users (lower(name), id) where is_admin or is_auditor;
create index users_inactive on users (lower(name), id) where not is_active;
create index users_locked on users (locked_until) where locked_until is not null;
create index users_never_signed_in on users (lower(name), id) where last_sign_in_at is null;

-- A session is valid because its row is here; ending it deletes the row.
create table sessions (
    id uuid primary key,
    token_hash bytea not null constraint sessions_token_hash_key unique,
    user_id uuid not null references users on delete cascade,
    device text not null,
    address text,
    signed_in_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null
);

create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

-- Tries to sign in from one network, counted before any password is looked at.
create table sign_in_networks (
    network text primary key,
    tries integer not null,
    window_ends_at timestamptz not null
);

create index sign_in_networks_by_end on sign_in_networks (window_ends_at);
