-- What programs know of a budget besides: the id they gave it, and what it is for.

alter table budgets add column slug text constraint budgets_slug_form check (slug ~ '^[a-zA-Z0-9_-]{1,128}$');
create unique index budgets_slug_key on budgets (slug);
alter table budgets add column description text
    constraint budgets_description_length check (char_length(description) between 1 and 500);
-- Programs read the newest first.
create index budgets_by_created on budgets (created_at, id);
