-- Browsers that somebody has signed in from. Each has tries of its own, so that whoever guesses from elsewhere and
-- locks the account does not lock its owner out. Knowing one opens nothing.

create table known_devices (
    user_id uuid not null references users on delete cascade,
    token_hash bytea not null,
    -- Tries since the last success, counted before the password is looked at.
    tries integer not null default 0,
    locked_until timestamptz,
    expires_at timestamptz not null,
    constraint known_devices_pkey primary key (user_id, token_hash)
);

create index known_devices_by_token on known_devices (token_hash);
create index known_devices_by_expiry on known_devices (expires_at);
