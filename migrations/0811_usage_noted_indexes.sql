-- no-transaction
-- The windows at a soft limit, those that end first in front.
create index concurrently if not exists limits_reached_at_soft on limits_reached (ends_at) where is_soft and not is_hard;
create index concurrently if not exists limits_reached_by_percent on limits_reached (percent);
create index concurrently if not exists limits_reached_by_holder on limits_reached (holder_id);
