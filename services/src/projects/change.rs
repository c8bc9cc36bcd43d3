//! Creating and editing shared projects. The technical name never changes.

use super::{enforce_limit, of_proof};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::conflict;
use crate::error::Error;
use crate::guard::{Can, check};
use crate::reauthentication;
use domain::actor::Target;
use domain::conflict::Merge;
use domain::draft::Edit;
use domain::form::FieldErrors;
use domain::mode::Mode;
use domain::permission::{CreateProject, EditProject, Permission};
use domain::project::{ProjectDraft, ProjectKind, ProjectName};
use domain::violation::Violation;
use sqlx::types::Json;

/// Creates a shared project whose creator becomes its project admin; it counts towards the creator's limit. In
/// Keycloak-managed mode it has no members until the identity provider names them.
///
/// # Errors
/// A name in use is a problem at `name`, without regard to case and also against personal projects. At the limit
/// it is a [`domain::error::Refusal::Rule`].
pub async fn create(
    services: &Services,
    can: &Can<CreateProject>,
    name: ProjectName,
    draft: &ProjectDraft,
) -> Result<ProjectName, Error> {
    let mut change = services.change(can).await?;
    if draft.cli_analytics_enabled {
        check(change.actor(), Permission::CreateProject, Target::Platform)?;
    }
    let creator = change.caller().actor.user_id;
    let (id, now) = (services.new_id(), services.clock.now());
    sqlx::query!(
        "insert into projects
           (id, name, display_name, description, cli_analytics_enabled, project_type, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, 'shared', $6, $7, $7)",
        id,
        name.as_str(),
        draft.display_name,
        draft.description,
        draft.cli_analytics_enabled,
        creator.0,
        now
    )
    .execute(change.connection())
    .await?;
    let becomes_member = services.settings.mode == Mode::Platform;
    if becomes_member {
        sqlx::query!(
            "insert into user_projects (user_id, project_id, is_project_admin, granted_by, created_at)
             values ($1, $2, true, $1, $3)",
            creator.0,
            id,
            now
        )
        .execute(change.connection())
        .await?;
    }
    let entry = Entry::new(Action::ProjectCreated, TargetType::Project, id, name.as_str());
    change.record(entry.set("name", &name).fields(None, draft)).await?;
    if becomes_member {
        enforce_limit(services, change.connection(), creator).await?;
    }
    change.commit().await?;
    Ok(name)
}

/// Creates a shared project without a creator and without members, with the permission to create projects on the
/// platform. Its name may break the rules for new names: API clients bring names from elsewhere.
///
/// # Errors
/// A name in use is a problem at `name`.
pub async fn create_empty(services: &Services, can: &Can<CreateProject>, name: &ProjectName) -> Result<(), Error> {
    if can.target() != Target::Platform {
        return Err(Error::Broken("the proof is not for the platform".to_owned()));
    }
    let mut change = services.change(can).await?;
    let (id, now) = (services.new_id(), services.clock.now());
    sqlx::query!(
        "insert into projects (id, name, description, project_type, created_at, updated_at)
         values ($1, $2, '', 'shared', $3, $3)",
        id,
        name.as_str(),
        now
    )
    .execute(change.connection())
    .await?;
    change.record(Entry::new(Action::ProjectCreated, TargetType::Project, id, name.as_str()).set("name", name)).await?;
    change.commit().await
}

/// Saves an edit. Values equal to the stored ones change nothing and write nothing.
///
/// # Errors
/// [`domain::error::Refusal::Conflict`] when the precondition does not hold.
pub async fn edit(services: &Services, can: &Can<EditProject>, edit: Edit<ProjectDraft>) -> Result<Merge, Error> {
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let row = sqlx::query!(
        r#"select p.name, p.project_type, p.version, p.updated_at, to_jsonb(p) as "stored!: Json<ProjectDraft>" from projects p where p.id = $1"#,
        project.0
    )
    .fetch_one(change.connection())
    .await?;
    let Json(stored) = row.stored;
    let version = conflict::Stored { target: project.0, version: row.version, updated_at: row.updated_at };
    let (draft, merge) = conflict::settle(&mut change, version, &stored, edit).await?;
    if draft == stored {
        return Ok(merge);
    }
    if draft.cli_analytics_enabled != stored.cli_analytics_enabled {
        // Project admins edit their projects, and may not switch this.
        check(change.actor(), Permission::EditProject, Target::Platform)?;
        if row.project_type == ProjectKind::Personal.key() {
            let off = Violation::unknown_choice("off: a personal project has no CLI analytics");
            return Err(FieldErrors::one(ProjectDraft::CLI_ANALYTICS_ENABLED.name, off).into());
        }
    }
    if draft.member_limits_enforced != stored.member_limits_enforced {
        check(change.actor(), Permission::ManageBudgets, Target::Platform)?;
        reauthentication::check_recent(services, change.connection(), can.caller()).await?;
        if row.project_type == ProjectKind::Personal.key() {
            return Err(Violation::BudgetForPersonalProject.into());
        }
    }
    sqlx::query!(
        "update projects set display_name = $2, description = $3, cli_analytics_enabled = $4, updated_at = $5,
                member_limits_enforced = $6, version = version + 1 where id = $1",
        project.0,
        draft.display_name,
        draft.description,
        draft.cli_analytics_enabled,
        services.clock.now(),
        draft.member_limits_enforced
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new(Action::ProjectEdited, TargetType::Project, project.0, row.name);
    change.record(entry.fields(Some(&stored), &draft)).await?;
    change.commit().await?;
    Ok(merge)
}
