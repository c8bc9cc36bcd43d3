-- Who held which role of a Keycloak realm, and by which path, at the times at which Bursar read it.
create table access_snapshots (
    id uuid constraint access_snapshots_pkey primary key,
    -- The order of the snapshots.
    number bigint generated always as identity constraint access_snapshots_number_key unique,
    realm text not null,
    state text not null constraint access_snapshots_state_known
        check (state in ('waiting', 'running', 'complete', 'partial', 'failed')),
    -- The name of the user who requested it; null for one of the daily job.
    requested_by text,
    requested_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    -- How much was read.
    users integer not null default 0,
    roles integer not null default 0,
    all_roles integer not null default 0,
    groups integer not null default 0,
    all_groups integer not null default 0,
    -- Why it failed, or what could not be read.
    problem text,
    constraint access_snapshots_end check ((finished_at is null) = (state in ('waiting', 'running')))
);

create unique index access_snapshots_unfinished on access_snapshots (realm) where finished_at is null;
create index access_snapshots_by_realm on access_snapshots (realm, number);

-- Users of a realm, with the name that the last snapshot found.
create table access_subjects (
    id bigint generated always as identity constraint access_subjects_pkey primary key,
    realm text not null,
    -- Keycloak's id of the user.
    subject text not null,
    username text not null,
    constraint access_subjects_key unique (realm, subject)
);

-- Ways to a role, in words: "group /staff → operator → viewer". Snapshots of one realm are stored one at a time.
create table access_paths (
    id bigint generated always as identity constraint access_paths_pkey primary key,
    realm text not null,
    role text not null,
    path text not null
);
create index access_paths_by_realm on access_paths (realm);

-- A user held a role by a path from one snapshot on until another one that no longer had it.
create table access_grants (
    subject_id bigint not null constraint access_grants_subject_fkey references access_subjects,
    path_id bigint not null constraint access_grants_path_fkey references access_paths,
    since_snapshot bigint not null constraint access_grants_since_fkey references access_snapshots (number),
    until_snapshot bigint constraint access_grants_until_fkey references access_snapshots (number),
    constraint access_grants_pkey primary key (subject_id, path_id, since_snapshot),
    constraint access_grants_order check (until_snapshot > since_snapshot)
);
create unique index access_grants_current on access_grants (subject_id, path_id) where until_snapshot is null;
create index access_grants_by_since on access_grants (since_snapshot);
create index access_grants_by_until on access_grants (until_snapshot) where until_snapshot is not null;
