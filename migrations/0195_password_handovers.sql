-- One-time passwords that an administrator has issued and still has to hand over, sealed with a secret that only the
-- administrator's browser has. A row is gone once the password was handed over, or after ten minutes.

create table password_handovers (
    id uuid primary key,
    session_id uuid not null references sessions on delete cascade,
    user_id uuid not null references users on delete cascade,
    sealed bytea not null,
    expires_at timestamptz not null
);

create index password_handovers_by_session on password_handovers (session_id);
create index password_handovers_by_user on password_handovers (user_id);
create index password_handovers_by_expiry on password_handovers (expires_at);
