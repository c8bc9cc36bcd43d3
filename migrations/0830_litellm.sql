-- Budgets and customers that a LiteLLM proxy is told of. The messages are rows of the outbox, one for each object.
alter table outbox drop constraint outbox_channel_known;
alter table outbox add constraint outbox_channel_known check (channel in ('mail', 'webhook', 'litellm')) not valid;

-- The proxy that budgets are pushed to: since a maintainer has seen what that changes there.
create table litellm_push (
    address text primary key constraint litellm_push_address_length check (char_length(address) between 1 and 500),
    started_by uuid constraint litellm_push_starter_fkey references users on delete set null,
    started_at timestamptz not null,
    stopped_at timestamptz
);
create unique index litellm_push_one on litellm_push ((true));
create index litellm_push_by_starter on litellm_push (started_by) where started_by is not null;

-- What a customer of LiteLLM had spent when that was last read, and the event that comes of it until it is in the ledger.
create table litellm_spend (
    customer text primary key,
    -- Since the last reset there.
    spend numeric(28, 9) not null constraint litellm_spend_not_negative check (spend >= 0),
    -- The budget with its duration, and when the sum was to be set to zero next, in the words of LiteLLM.
    budget text,
    reset_at text,
    read_at timestamptz not null,
    event_key text,
    amount numeric(18, 9) constraint litellm_spend_amount_positive check (amount > 0),
    user_id uuid,
    project text,
    category text,
    constraint litellm_spend_event_whole check (num_nonnulls(event_key, amount, user_id, category) in (0, 4))
);
create index litellm_spend_events on litellm_spend (customer) where event_key is not null;
