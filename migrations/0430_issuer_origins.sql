-- The issuer that user ids are derived from, after the address of the identity provider changed. The id of a user whose
-- subject is not a UUID is derived from issuer and subject. It stays the same when their issuer moves.
create table issuer_origins (
    issuer text primary key,
    origin text not null
);
