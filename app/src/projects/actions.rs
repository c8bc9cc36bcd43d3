//! What can be done to projects and their members.

use crate::error::PageError;
use crate::form::FormOutcome;
use domain::draft::EditBasis;
use domain::project::ProjectFields;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Choice, Done, Form},
    crate::paths,
    crate::request::{current_page, parse_id, parse_project, permitted_in, signed_in},
    crate::suggestions,
    crate::url::set_param,
    domain::actor::Target,
    domain::draft::Precondition,
    domain::error::Refusal,
    domain::form::FieldErrors,
    domain::id::{EventId, UserId},
    domain::permission::{
        CreateProject as MayCreateProject, DeleteProject as MayDeleteProject, EditProject as MayEditProject,
        ManageMembers, Permission,
    },
    domain::role::ProjectRole,
    domain::shortened::shortened,
    domain::suggestion::{SuggestionKind, TYPED},
    domain::violation::Violation,
    leptos::server_fn::ServerFn,
    services::guard::Caller,
    services::members::{self, WithoutAdmin},
    services::projects,
};

/// Creates a shared project; its maker becomes project admin.
#[server(prefix = "/act", endpoint = "projects/create")]
pub async fn create_project(name: String, #[server(flatten)] fields: ProjectFields) -> Result<FormOutcome, PageError> {
    let form = Form::new("create-project", fields.values()).keeping("name", name.clone());
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let can = caller.can::<MayCreateProject>(Target::Own)?;
        let (name, draft) = fields.parse_new(&name)?;
        let name = projects::create(&services, &can, name, &draft).await?;
        Ok(Done::at(paths::project(name.as_str())).with_notice(format!("{name} created. Add its members.")))
    })
    .await
}

/// Changes what a project is called and what it is for.
#[server(prefix = "/act", endpoint = "projects/edit")]
pub async fn edit_project(
    project: String,
    version: i64,
    #[server(flatten)] fields: ProjectFields,
    #[server(default)] basis: EditBasis,
) -> Result<FormOutcome, PageError> {
    // What the form was rendered with goes back too, so that another user's save is never overwritten unseen.
    let form =
        Form::new("edit-project", fields.values()).keeping("version", version.to_string()).keeping_all(basis.kept());
    form.submit(async move {
        let (services, can) = permitted_in::<MayEditProject>(&project).await?;
        let merge = projects::edit(&services, &can, fields.edit(version, basis)?).await?;
        Ok(Done::at(paths::project(&project)).with_notice(merge.notice("Project saved.")))
    })
    .await
}

/// Deletes an empty project.
#[server(prefix = "/act", endpoint = "projects/delete")]
pub async fn delete_project(project: String, version: i64) -> Result<FormOutcome, PageError> {
    let form = Form::new("delete-project", []);
    form.submit(async move {
        let (services, can) = permitted_in::<MayDeleteProject>(&project).await?;
        let changed = projects::delete(&services, &can, Precondition::from(version)).await?;
        let done = Done::at(paths::PROJECTS);
        let text = format!("{} deleted.", shortened(&changed.name));
        Ok(undoable(done, text, UndoProjectDeletion::url(), &project, changed.event))
    })
    .await
}

/// Brings the project back that one's own deletion removed.
#[server(prefix = "/act", endpoint = "projects/undo-deletion")]
pub async fn undo_project_deletion(project: String, event: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("restore-project", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let name = parse_project(&project)?;
        let name = projects::undo_deletion(&services, &caller, &name, parse_id::<EventId>(&event)?).await?;
        Ok(Done::at(paths::project(name.as_str())).with_notice(format!("Restored {}.", shortened(name.as_str()))))
    })
    .await
}

/// Brings a deleted project back.
#[server(prefix = "/act", endpoint = "projects/restore")]
pub async fn restore_project(project: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("restore-project", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let name = parse_project(&project)?;
        let can = projects::may_restore(&services, &caller, &name).await?;
        let name = projects::restore(&services, &can).await?;
        Ok(Done::at(paths::project(name.as_str())).with_notice(format!("Restored {}.", shortened(name.as_str()))))
    })
    .await
}

/// The parameter of the page with the role in which a member was added last; the form offers it for the next one.
pub(crate) const ADDED_ROLE: &str = "added";

/// Adds a user to a project. The project is chosen on the user's page, the user on the project's: the choice, or what
/// was typed for it.
#[server(prefix = "/act", endpoint = "members/add")]
pub async fn add_member(
    #[server(default)] project: String,
    #[server(default)] person: String,
    #[server(default)] typed: String,
    role: String,
) -> Result<FormOutcome, PageError> {
    let values = [("person", person.as_str()), ("project", &project), (TYPED, &typed), ("role", &role)];
    let form = Form::new("add-member", values);
    if project.is_empty() {
        let choice = Choice { field: "project", kind: SuggestionKind::Project, value: project, typed: &typed };
        let found = async { suggestions::projects(&typed, Some(parse_id(&person)?)).await };
        form.submit_choice(choice, found, |project| add(project, person.clone(), role)).await
    } else {
        let choice = Choice { field: "person", kind: SuggestionKind::User, value: person, typed: &typed };
        let found = suggestions::members(&typed, &project);
        form.submit_choice(choice, found, |person| add(project.clone(), person, role)).await
    }
}

#[cfg(feature = "ssr")]
async fn add(project: String, person: String, role: String) -> Result<Done, services::Error> {
    let (services, can) = permitted_in::<ManageMembers>(&project).await.map_err(at_project)?;
    let role = parse_role(&role)?;
    let person = parse_id(&person)
        .map_err(|_| FieldErrors::one("person", Violation::unknown_choice("a user from the search")))?;
    let added = members::add(&services, &can, person, role).await?;
    let done = Done::at(set_param(current_page().as_str(), ADDED_ROLE, role.key()));
    let text =
        format!("Added {} to {} as {}.", shortened(&added.name), shortened(&project), role.title().to_lowercase());
    Ok(undoable(done, text, UndoMemberChange::url(), &project, added.event))
}

/// Makes a member a project admin, or the other way round. `without_admin` says that it may leave no project admin.
#[server(prefix = "/act", endpoint = "members/set-role")]
pub async fn change_member_role(
    project: String,
    person: String,
    role: String,
    #[server(default)] without_admin: String,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("member-role", []);
    form.submit(async move {
        let (services, can) = permitted_in::<ManageMembers>(&project).await?;
        let (role, person) = (parse_role(&role)?, parse_id(&person)?);
        let changed = members::change_role(&services, &can, person, role, parse_without_admin(&without_admin)).await?;
        let is_new = changed.event.is_some();
        let text = format!(
            "{} is {} {} of {}.",
            shortened(&changed.name),
            if is_new { "now" } else { "already" },
            role.title().to_lowercase(),
            shortened(&project),
        );
        let event = changed.event.filter(|_| may_undo(can.caller(), person));
        Ok(undoable(Done::here(), text, UndoMemberChange::url(), &project, event))
    })
    .await
}

/// Removes a member from a project. `without_admin` says that it may leave no project admin.
#[server(prefix = "/act", endpoint = "members/remove")]
pub async fn remove_member(
    project: String,
    person: String,
    #[server(default)] without_admin: String,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("remove-member", []);
    form.submit(async move {
        let (services, can) = permitted_in::<ManageMembers>(&project).await?;
        let person: UserId = parse_id(&person)?;
        let changed = members::remove(&services, &can, person, parse_without_admin(&without_admin)).await?;
        // Users who remove themselves may not see the page any more.
        let done = if can.caller().actor.user_id == person { Done::at(paths::MY_ACCESS) } else { Done::here() };
        let text = format!("Removed {} from {}.", shortened(&changed.name), shortened(&project));
        let event = changed.event.filter(|_| may_undo(can.caller(), person));
        Ok(undoable(done, text, UndoMemberChange::url(), &project, event))
    })
    .await
}

/// Makes a user in the project what the user was before one's own addition, removal or change of role.
#[server(prefix = "/act", endpoint = "members/undo")]
pub async fn undo_member_change(project: String, event: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("undo-member-change", []);
    form.submit(async move {
        let (services, can) = permitted_in::<ManageMembers>(&project).await?;
        let (name, role) = members::undo(&services, &can, parse_id::<EventId>(&event)?).await?;
        let (name, project) = (shortened(&name), shortened(&project));
        Ok(Done::here().with_notice(match role {
            Some(role) => format!("Restored {name} as {} of {project}.", role.title().to_lowercase()),
            None => format!("Removed {name} from {project} again."),
        }))
    })
    .await
}

/// Says what was done in a project, and offers to undo it.
#[cfg(feature = "ssr")]
fn undoable(done: Done, text: String, undo: &str, project: &str, event: Option<EventId>) -> Done {
    match event {
        Some(event) => done.with_undo(text, undo, [("project", project), ("event", &event.to_string())]),
        None => done.with_notice(text),
    }
}

/// Whether the caller still manages members after a change of this one: a user who gave up the permission cannot grant it again.
#[cfg(feature = "ssr")]
fn may_undo(caller: &Caller, person: UserId) -> bool {
    caller.actor.user_id != person || caller.actor.may(Permission::ManageMembers, Target::Platform)
}

/// [`crate::form::WITHOUT_ADMIN`] as a form sends it.
#[cfg(feature = "ssr")]
pub(crate) fn parse_without_admin(raw: &str) -> WithoutAdmin {
    if raw == crate::form::CONFIRMED { WithoutAdmin::Allow } else { WithoutAdmin::Refuse }
}

/// Where the project is typed, a name that leads nowhere is a problem of that field.
#[cfg(feature = "ssr")]
fn at_project(fault: services::Error) -> services::Error {
    match fault {
        services::Error::Refused(Refusal::NotFound) => Violation::UnknownProject.into(),
        fault => fault,
    }
}

#[cfg(feature = "ssr")]
fn parse_role(raw: &str) -> Result<ProjectRole, FieldErrors> {
    ProjectRole::parse(raw).map_err(|problem| FieldErrors::one("role", problem))
}
