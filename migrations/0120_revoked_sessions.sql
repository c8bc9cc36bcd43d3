-- A revoked session stays revoked.

-- An API client's session is found by the hash of its access token, and the client can send that token again. So the row
-- of such a session outlives its revocation: expires_at lies in the past, and the row is removed when the token expires.
-- Null in every session that is not revoked.
alter table sessions add column kept_until timestamptz;

-- Logouts at the identity provider. Tokens that were issued before, and sign-ins that began before, can still arrive.
create table provider_logouts (
    id uuid primary key,
    issuer text not null,
    -- The provider's session, the user, or both, as the logout token named them.
    sid text,
    subject text,
    -- By the provider's clock, as the times in its tokens.
    issued_at timestamptz not null,
    -- By ours, as the start of a sign-in.
    received_at timestamptz not null,
    expires_at timestamptz not null,
    constraint provider_logouts_name_something check (sid is not null or subject is not null)
);

create index provider_logouts_by_sid on provider_logouts (issuer, sid);
create index provider_logouts_by_subject on provider_logouts (issuer, subject);
create index provider_logouts_by_expiry on provider_logouts (expires_at);
