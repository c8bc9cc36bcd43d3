-- Whether an address is known to be the user's. Null: nobody has said so since this column exists. Then the address of a
-- local account counts as verified, for an administrator typed it, and one from an identity provider does not: the next
-- sign-in says. Read as coalesce(email_verified, auth_source = 'local').
alter table users add column email_verified boolean;

-- The same of the address that an identity came with.
alter table identity_conflicts add column address_verified boolean not null default false;
