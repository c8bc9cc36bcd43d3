-- Messages to other systems: written in the transaction of what they tell, delivered by a job. The id is the idempotency key.
create table outbox (
    id uuid primary key,
    channel text not null constraint outbox_channel_known check (channel in ('mail', 'webhook')),
    -- The address of a mail; for people, where a webhook is sent to.
    recipient text not null,
    subject text not null,
    payload jsonb not null,
    created_at timestamptz not null,
    state text not null default 'pending'
        constraint outbox_state_known check (state in ('pending', 'delivered', 'failed')),
    attempts integer not null default 0 constraint outbox_attempts check (attempts >= 0),
    next_attempt_at timestamptz not null,
    -- While an instance sends it. An instance that is killed leaves it to the others when the time is over.
    leased_until timestamptz,
    -- Why the last attempt failed.
    problem text constraint outbox_problem_length check (length(problem) <= 500),
    -- When it was delivered, or failed for the last time.
    settled_at timestamptz,
    constraint outbox_settled check ((state = 'pending') = (settled_at is null))
);
create index outbox_due on outbox (next_attempt_at) where state = 'pending';
create index outbox_settled_at on outbox (settled_at) where settled_at is not null;
create index outbox_by_state on outbox (state, created_at desc, id);
