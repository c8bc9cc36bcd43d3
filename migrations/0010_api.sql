-- What the JSON API keeps beside what the pages show.

-- A name to be known by that never changes. Null: the e-mail address stands for it.
alter table users add column username text
    constraint users_username_length check (char_length(username) between 1 and 254);
create unique index users_username_key on users (lower(username));

-- Programs may leave out what a project is for; it is empty then.
alter table projects
    drop constraint projects_description_length,
    add constraint projects_description_length check (char_length(description) <= 500);

-- For the few from outside, in the order of the list.
create index users_external on users (lower(name), id) where user_type = 'external';
