-- Answers to creating calls of programs, so that a call sent twice is done once.

create table idempotency_keys (
    -- A person of the identity provider need not have a row of their own.
    user_id uuid not null,
    key text not null,
    -- Of method, address and body.
    request_hash bytea not null,
    -- Null while the call is under way.
    status smallint,
    headers jsonb,
    body bytea,
    created_at timestamptz not null,
    constraint idempotency_keys_pkey primary key (user_id, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);
