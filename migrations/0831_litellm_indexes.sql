-- no-transaction
create unique index concurrently if not exists outbox_one_per_object on outbox (channel, recipient) where channel = 'litellm';
-- What people wait for goes before the thousands of messages to LiteLLM.
create index concurrently if not exists outbox_due_soon on outbox (next_attempt_at)
    where state = 'pending' and channel <> 'litellm';
-- Messages that are removed a while after their end: those to LiteLLM are what it was told, and stay.
create index concurrently if not exists outbox_to_sweep on outbox (settled_at)
    where settled_at is not null and channel <> 'litellm';
