-- What hurts asks for an identity confirmed in the last ten minutes.

-- When the person behind a session last proved who they are. Null, as in sessions that were there before and in those
-- that the version before begins: too long ago.
-- It takes the place of provider_sessions.authenticated_at, which is written no more and goes with a later version.
alter table sessions add column authenticated_at timestamptz;

-- Begun through the API: its token proves itself with each request that sends it as a Bearer token.
alter table sessions add column is_program boolean not null default false;
