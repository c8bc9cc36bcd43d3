-- Changes that need a re-authentication of their own, however recent the last one is: at most one per session.
create table reauthentications (
    session_id uuid primary key references sessions on delete cascade,
    purpose text not null,
    requested_at timestamptz not null,
    -- null until the user has re-authenticated
    done_at timestamptz
);
