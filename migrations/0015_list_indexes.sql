-- The filters by state in every order of the list of people: without these, an order whose end the people looked for
-- stand at is walked from its beginning.

create index users_inactive_by_created on users (created_at, id) where not is_active;
create index users_inactive_by_last_sign_in on users (coalesce(last_sign_in_at, timestamptz '-infinity'), id)
    where not is_active;
create index users_never_signed_in_by_created on users (created_at, id) where last_sign_in_at is null;
