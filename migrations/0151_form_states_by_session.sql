-- no-transaction
-- Deleting a session deletes its form states: without an index each sign-out scans the table.
create index concurrently if not exists form_states_by_session on form_states (session_id) where session_id is not null;
