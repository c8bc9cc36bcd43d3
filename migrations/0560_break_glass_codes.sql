-- One-time codes by which an operator opens the console while users cannot sign in. Of a code only its hash is stored.
create table break_glass_codes (
    id uuid primary key,
    secret_hash bytea not null constraint break_glass_codes_secret_hash_key unique,
    -- The operator, as the command was told.
    issued_by text not null,
    issued_at timestamptz not null,
    -- The end of the time in which it can be used.
    expires_at timestamptz not null,
    session_seconds integer not null
        constraint break_glass_codes_session_is_short check (session_seconds between 60 and 3600),
    used_at timestamptz,
    used_from text,
    -- The session that it opened, while there is one. Without a reference: a session that ends needs no change here.
    session_id uuid constraint break_glass_codes_session_key unique,
    revoked_at timestamptz,
    -- Nobody used it in time, and that is in the audit log.
    expired_at timestamptz,
    -- Codes that were refused while this one could be used, or after it as long as it was the last one.
    refusals integer not null default 0,
    constraint break_glass_codes_are_short_lived
        check (expires_at > issued_at and expires_at <= issued_at + interval '1 hour'),
    constraint break_glass_codes_session_means_used check (session_id is null or used_at is not null)
);

create index break_glass_codes_by_issue on break_glass_codes (issued_at desc);
-- At most one can be used.
create unique index break_glass_codes_usable on break_glass_codes ((true))
    where used_at is null and revoked_at is null and expired_at is null;
