-- Projects and who works in them. Ids are surrogates: a name that is used again inherits nothing.

create table projects (
    id uuid primary key,
    name text not null constraint projects_name_length check (char_length(name) between 1 and 255),
    display_name text constraint projects_display_name_length check (char_length(display_name) between 1 and 150),
    description text not null constraint projects_description_length check (char_length(description) between 1 and 500),
    project_type text not null constraint projects_project_type_known check (project_type in ('personal', 'shared')),
    created_by uuid references users,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- Deleted projects can be restored for a while.
    deleted_at timestamptz,
    version bigint not null default 1,
    title text not null generated always as (coalesce(display_name, name)) stored,
    search text not null generated always as (lower(coalesce(display_name, '') || ' ' || name || ' ' || description)) stored,
    constraint projects_personal_has_owner check (project_type = 'shared' or created_by is not null)
);

create unique index projects_name_key on projects (lower(name)) where deleted_at is null;
create unique index projects_one_personal on projects (created_by) where project_type = 'personal' and deleted_at is null;
create index projects_search on projects using gin (search gin_trgm_ops);
create index projects_by_title on projects (lower(title), id) where deleted_at is null;
create index projects_by_created on projects (created_at, id) where deleted_at is null;

create table user_projects (
    user_id uuid not null references users on delete cascade,
    project_id uuid not null references projects on delete cascade,
    is_project_admin boolean not null default false,
    granted_by uuid references users,
    created_at timestamptz not null default now(),
    constraint user_projects_pkey primary key (user_id, project_id)
);

create index user_projects_by_project on user_projects (project_id, user_id);
