-- What undoing a change takes, under the audit event of that change: kept for a few minutes, for the user who made it.
create table undo_records (
    event uuid primary key,
    action text not null,
    user_id uuid not null,
    former jsonb not null,
    expires_at timestamptz not null
);

create index undo_records_by_expiry on undo_records (expires_at);
