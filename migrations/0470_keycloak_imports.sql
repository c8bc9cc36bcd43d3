-- The one-time import of the users of a Keycloak realm. A completed one is the marker that it is not done again.
create table keycloak_imports (
    id uuid primary key,
    -- The address of Keycloak, and the realm.
    address text not null,
    realm text not null,
    -- A plan records what an import would do and writes no users.
    is_plan boolean not null,
    total integer not null,
    -- Users of the realm that were read in this pass: where the next page begins.
    position integer not null default 0,
    -- Users who are added or deleted meanwhile move the others to another page; a second pass finds who was missed.
    is_second_pass boolean not null default false,
    -- Whether Keycloak showed an attribute of any user.
    has_attributes boolean not null default false,
    -- Whether users of the realm could write the attributes that become rights.
    is_writable_by_users boolean not null,
    created integer not null default 0,
    updated integer not null default 0,
    skipped integer not null default 0,
    conflicts integer not null default 0,
    failed integer not null default 0,
    over_limit integer not null default 0,
    -- The instance that works on it, which renews the lease as long as it runs.
    lease_holder uuid,
    leased_until timestamptz,
    started_at timestamptz not null,
    updated_at timestamptz not null,
    finished_at timestamptz,
    -- Why it stopped before the end.
    fault text
);

create unique index keycloak_imports_unfinished on keycloak_imports (address, realm, is_plan) where finished_at is null;

-- What became of each user.
create table keycloak_import_users (
    import_id uuid not null references keycloak_imports on delete cascade,
    -- The order in which the users were read.
    place integer not null,
    subject text not null,
    username text not null,
    name text not null,
    address text not null,
    outcome text not null constraint keycloak_import_users_outcome_known
        check (outcome in ('created', 'updated', 'skipped', 'conflict', 'failed')),
    code text not null,
    detail text not null,
    is_over_limit boolean not null,
    -- What a repeated import compares with: the user as this import wrote them.
    imported jsonb,
    at timestamptz not null,
    constraint keycloak_import_users_pkey primary key (import_id, place)
);

create unique index keycloak_import_users_by_subject on keycloak_import_users (subject, import_id);
create index keycloak_import_users_by_outcome on keycloak_import_users (import_id, outcome, place);
