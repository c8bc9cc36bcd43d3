-- no-transaction
-- Programs give people user names of their own, which are searched like their other names.
create index concurrently if not exists users_username_search on users using gin (lower(username) gin_trgm_ops)
    where username is not null;
