//! Creating a shared project.

use super::enforce_limit;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use domain::actor::Target;
use domain::mode::Mode;
use domain::permission::CreateProject;
use domain::project::{ProjectDraft, ProjectName};

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
    let creator = change.caller().actor.user_id;
    let (id, now) = (services.new_id(), services.clock.now());
    sqlx::query!(
        "insert into projects (id, name, display_name, description, project_type, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, 'shared', $5, $6, $6)",
        id,
        name.as_str(),
        draft.display_name,
        draft.description,
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
    let entry = Entry::new("project.created", TargetType::Project, id, name.as_str());
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
    change.record(Entry::new("project.created", TargetType::Project, id, name.as_str()).set("name", name)).await?;
    change.commit().await
}
