-- Whether a session was opened with a one-time password, which proves who is behind it until that password is changed.
-- False in sessions of the previous version: they are asked for the password, as before.
alter table sessions add column by_one_time_password boolean not null default false;
