-- People whom an identity provider vouches for.

-- In Keycloak-managed mode nobody has a row in users. Their id is drawn from the token, so a session and a project name
-- their person without one; in Platform-managed mode a session still counts only together with its row in users.
alter table sessions drop constraint sessions_user_id_fkey;
alter table projects drop constraint projects_created_by_fkey;

-- Made because a token named it; its name follows no rule.
alter table projects add column is_imported boolean not null default false;

alter table users add column picture text constraint users_picture_length check (char_length(picture) <= 1024);

-- Who somebody is at the provider, and what the last token said. Rights are never read from here: the claims are kept
-- to show where they differ from what the console has decided since.
create table user_identities (
    issuer text not null,
    subject text not null,
    user_id uuid not null constraint user_identities_user_key unique references users on delete cascade,
    username text,
    -- Null: the token names neither role that opens sign-in.
    claimed_role text constraint user_identities_role_known check (claimed_role in ('user', 'admin')),
    claimed_type text not null constraint user_identities_type_known check (claimed_type in ('regular', 'external')),
    -- Names of shared projects in lower case, sorted; the second list is part of the first.
    claimed_projects text[] not null,
    claimed_admin_of text[] not null,
    claimed_at timestamptz not null,
    linked_at timestamptz not null,
    constraint user_identities_pkey primary key (issuer, subject)
);

-- Somebody who was turned away because their address belongs to another account.
create table identity_conflicts (
    issuer text not null,
    subject text not null,
    -- Whose address it is.
    user_id uuid not null references users on delete cascade,
    provider text not null,
    name text not null,
    address text not null,
    username text,
    first_at timestamptz not null,
    last_at timestamptz not null,
    constraint identity_conflicts_pkey primary key (issuer, subject)
);

create index identity_conflicts_by_user on identity_conflicts (user_id);
