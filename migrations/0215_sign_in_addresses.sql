-- Failed sign-ins are counted for every address that is typed, whether an account has it or not, so that the answer tells
-- nobody which accounts exist. An account counts in its own row, as before; any other address here, under a keyed hash: what
-- users type into the field, perhaps a password, is not stored.
create table sign_in_addresses (
    address_hash bytea primary key,
    tries integer not null,
    -- When the tries are forgotten, or the block ends.
    ends_at timestamptz not null
);

create index sign_in_addresses_by_end on sign_in_addresses (ends_at);

-- The key of those hashes, one row: every instance counts under the same one.
create table sign_in_address_key (
    is_only boolean primary key default true check (is_only),
    key bytea not null
);

insert into sign_in_address_key (key)
select sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));

-- When the tries of an account are forgotten. Null in rows that the previous version counts in: not before a sign-in.
alter table users add column sign_in_tries_end_at timestamptz;
