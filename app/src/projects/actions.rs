//! What can be done to projects and their members.

use crate::error::PageError;
use crate::send::Sent;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::paths,
    crate::request::{parse_id, signed_in},
    crate::send::{Done, Form},
    domain::actor::Target,
    domain::error::Refusal,
    domain::form::FieldErrors,
    domain::permission::{
        Asks, CreateProject as MayCreateProject, DeleteProject as MayDeleteProject, EditProject as MayEditProject,
        ManageMembers, Permission,
    },
    domain::project::ProjectName,
    domain::role::ProjectRole,
    domain::text::{Description, DisplayName},
    services::Services,
    services::guard::{Caller, Can},
    services::projects::{self, NewProject, ProjectEdit},
};

/// Creates a shared project; its maker becomes project admin.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "projects/create")]
pub async fn create_project(name: String, display_name: String, description: String) -> Result<Sent, PageError> {
    let values = [("name", name.as_str()), ("display_name", &display_name), ("description", &description)];
    let form = Form::new("create-project", values);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let on_platform = caller.actor.may(Permission::CreateProject, Target::Platform);
        let can = caller.can::<MayCreateProject>(if on_platform { Target::Platform } else { Target::Own })?;
        let name = projects::create(&services, &can, parse_project(&name, &display_name, &description)?).await?;
        Ok(Done::at(paths::project(name.as_str())).saying(format!("{name} created. Add the people who work in it.")))
    })
    .await
}

/// Changes what a project is called and what it is for.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "projects/edit")]
pub async fn edit_project(
    project: String,
    version: i64,
    display_name: String,
    description: String,
) -> Result<Sent, PageError> {
    // The version goes back with the values: what somebody else saves meanwhile must not be overwritten unseen.
    let form = Form::new("edit-project", [("display_name", &display_name), ("description", &description)])
        .keeping("version", version.to_string());
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let can = in_project::<MayEditProject>(&services, &caller, &project).await?;
        let mut errors = FieldErrors::default();
        let display_name = parse_display_name(&mut errors, &display_name);
        let description = errors.take("description", Description::parse(&description));
        let (Some(display_name), Some(description)) = (display_name, description) else { return Err(errors.into()) };
        projects::edit(&services, &can, version, ProjectEdit { display_name, description }).await?;
        Ok(Done::at(paths::project(&project)).saying("Project saved."))
    })
    .await
}

/// Deletes an empty project.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "projects/delete")]
pub async fn delete_project(project: String, version: i64) -> Result<Sent, PageError> {
    let form = Form::new("delete-project", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let can = in_project::<MayDeleteProject>(&services, &caller, &project).await?;
        projects::delete(&services, &can, version).await?;
        let undo = <RestoreProject as leptos::server_fn::ServerFn>::url();
        Ok(Done::at(paths::PROJECTS).saying_with_undo(format!("{project} deleted."), undo, [("project", &project)]))
    })
    .await
}

/// Brings a deleted project back.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "projects/restore")]
pub async fn restore_project(project: String) -> Result<Sent, PageError> {
    let form = Form::new("restore-project", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let name = ProjectName::parse_existing(&project).map_err(|_| Refusal::NotFound)?;
        let can = projects::may_restore(&services, &caller, &name).await?;
        let name = projects::restore(&services, &can).await?;
        Ok(Done::at(paths::project(name.as_str())).saying(format!("{name} restored.")))
    })
    .await
}

/// Adds somebody to a project.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "members/add")]
pub async fn add_member(project: String, person: String, role: String) -> Result<Sent, PageError> {
    let form = Form::new("add-member", [("person", &person), ("project", &project), ("role", &role)]);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let can = in_project::<ManageMembers>(&services, &caller, &project).await.map_err(at_project)?;
        let role = parse_role(&role)?;
        let person = parse_id(&person).map_err(|_| FieldErrors::one("person", "Choose a person from the search."))?;
        services::members::add(&services, &can, person, role).await?;
        Ok(Done::here().saying(format!("Added to {project} as {}.", role.title().to_lowercase())))
    })
    .await
}

/// Makes a member a project admin, or the other way round.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "members/set-role")]
pub async fn change_member_role(project: String, person: String, role: String) -> Result<Sent, PageError> {
    let form = Form::new("member-role", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let can = in_project::<ManageMembers>(&services, &caller, &project).await?;
        let role = parse_role(&role)?;
        services::members::change_role(&services, &can, parse_id(&person)?, role).await?;
        Ok(Done::here().saying(format!("Role in {project} is now {}.", role.title().to_lowercase())))
    })
    .await
}

/// Removes somebody from a project. `role` is what undo gives back.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "members/remove")]
pub async fn remove_member(project: String, person: String, role: String) -> Result<Sent, PageError> {
    let form = Form::new("remove-member", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let can = in_project::<ManageMembers>(&services, &caller, &project).await?;
        services::members::remove(&services, &can, parse_id(&person)?).await?;
        let undo = <AddMember as leptos::server_fn::ServerFn>::url();
        let fields = [("project", project.as_str()), ("person", &person), ("role", &role)];
        // Whoever removes themselves may not see the page any more.
        let done =
            if can.caller().actor.user_id.to_string() == person { Done::at(paths::MY_ACCESS) } else { Done::here() };
        Ok(done.saying_with_undo(format!("Removed from {project}."), undo, fields))
    })
    .await
}

/// Finds the project by name and asks the guard.
#[cfg(feature = "ssr")]
async fn in_project<P: Asks>(services: &Services, caller: &Caller, name: &str) -> Result<Can<P>, services::Error> {
    let name = ProjectName::parse_existing(name).map_err(|_| Refusal::NotFound)?;
    let project = projects::id_of(services, caller, &name).await?;
    Ok(caller.can(Target::Project(project))?)
}

/// Where the project is typed, a name that leads nowhere is a problem of that field.
#[cfg(feature = "ssr")]
fn at_project(fault: services::Error) -> services::Error {
    match fault {
        services::Error::Refused(Refusal::NotFound) => {
            FieldErrors::one("project", "There is no such project. Enter the technical name its page shows.").into()
        }
        fault => fault,
    }
}

#[cfg(feature = "ssr")]
fn parse_role(raw: &str) -> Result<ProjectRole, FieldErrors> {
    ProjectRole::parse(raw).map_err(|problem| FieldErrors::one("role", problem.as_str()))
}

#[cfg(feature = "ssr")]
fn parse_project(name: &str, display_name: &str, description: &str) -> Result<NewProject, FieldErrors> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", ProjectName::parse(name));
    let display_name = parse_display_name(&mut errors, display_name);
    let description = errors.take("description", Description::parse(description));
    match (name, display_name, description) {
        (Some(name), Some(display_name), Some(description)) => Ok(NewProject { name, display_name, description }),
        _ => Err(errors),
    }
}

/// Blank means none (`behaviour.md` section 3.2).
#[cfg(feature = "ssr")]
#[expect(clippy::option_option, reason = "outer: parsed at all; inner: a display name was given")]
fn parse_display_name(errors: &mut FieldErrors, raw: &str) -> Option<Option<DisplayName>> {
    if raw.trim().is_empty() {
        return Some(None);
    }
    errors.take("display_name", DisplayName::parse(raw)).map(Some)
}
