-- The hash of what an access token signs, without its signature. For a token with an ECDSA signature anybody can compute a
-- second valid one: by its whole text a revoked token would not be recognized. Null in the sessions of browsers.
alter table provider_sessions add column signed_text bytea;
