insert into form_states (token_hash, state, expires_at) values ('\x00', '{}', now());
