-- What a plain form post leaves for the page that is shown next: a notice, or the values and problems of a form
-- that came back. Read once. Never holds a password.

create table form_states (
    token_hash bytea primary key,
    session_id uuid references sessions on delete cascade,
    state jsonb not null,
    expires_at timestamptz not null
);

create index form_states_by_expiry on form_states (expires_at);
