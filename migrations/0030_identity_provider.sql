-- Signing in through an identity provider.

-- A browser that has left for the provider. Its cookie holds a secret from which state, nonce and PKCE verifier are
-- derived, so nothing here helps whoever reads it. The row is taken when the browser comes back: each is used once.
create table sign_in_flows (
    secret_hash bytea primary key,
    -- A path of this site.
    next text not null,
    -- Set when somebody who is signed in proves once more that it is them.
    session_id uuid references sessions on delete cascade,
    started_at timestamptz not null,
    expires_at timestamptz not null
);

create index sign_in_flows_by_expiry on sign_in_flows (expires_at);
create index sign_in_flows_by_session on sign_in_flows (session_id);

-- What the provider vouches for in a session, as last verified.
create table provider_sessions (
    session_id uuid primary key references sessions on delete cascade,
    issuer text not null,
    subject text not null,
    -- The provider's own name of its session, by which it ends ours.
    sid text,
    -- Verified claims; roles stand in realm_access.roles whatever the provider calls them.
    claims jsonb not null,
    -- Refresh and id token, encrypted with BURSAR_SECRET_KEY. The access token is not kept.
    sealed_tokens bytea not null,
    -- Until then the claims hold; they are refreshed a little earlier.
    access_expires_at timestamptz not null,
    -- When the person last proved to the provider who they are, if it says so.
    authenticated_at timestamptz,
    refreshed_at timestamptz not null,
    -- Whoever set this refreshes; everybody else waits or goes on with what there is.
    refresh_leased_until timestamptz
);

create index provider_sessions_by_sid on provider_sessions (issuer, sid);
create index provider_sessions_by_subject on provider_sessions (issuer, subject);

-- Logout tokens that were used, until they would be too old anyway.
create table logout_tokens (
    issuer text not null,
    jti text not null,
    expires_at timestamptz not null,
    primary key (issuer, jti)
);

create index logout_tokens_by_expiry on logout_tokens (expires_at);

-- What was last heard from a provider.
create table provider_news (
    issuer text primary key,
    last_logout_at timestamptz not null
);
