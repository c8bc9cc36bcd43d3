-- Whether analytics of command-line clients are collected for a project. A personal project never has them: one that was
-- shared loses them when it becomes personal, also where a version of Bursar that does not know the column does it.
alter table projects add column cli_analytics_enabled boolean not null default false;

create function clear_cli_analytics_of_personal_project() returns trigger language plpgsql as $$
begin
    new.cli_analytics_enabled := false;
    return new;
end
$$;

create trigger personal_project_without_cli_analytics before update of project_type on projects
    for each row when (new.project_type = 'personal') execute function clear_cli_analytics_of_personal_project();

alter table projects add constraint projects_personal_without_cli_analytics
    check (project_type = 'shared' or not cli_analytics_enabled) not valid;
