//! Making a shared project.

use super::enforce_limit;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use domain::actor::Target;
use domain::mode::Mode;
use domain::permission::CreateProject;
use domain::project::ProjectName;
use domain::text::{Description, DisplayName};

/// What a person enters to make a project.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// Technical name; cannot change later.
    pub name: ProjectName,
    /// What it is called in sentences.
    pub display_name: Option<DisplayName>,
    /// What it is for.
    pub description: Description,
}

/// Makes a shared project whose maker becomes its project admin; it counts towards the maker's limit. In
/// Keycloak-managed mode nobody is in it until the provider says so.
///
/// # Errors
/// A name in use is a problem at `name`, without regard to case and also against personal projects. At the limit
/// it is a [`domain::error::Refusal::Rule`].
pub async fn create(services: &Services, can: &Can<CreateProject>, new: NewProject) -> Result<ProjectName, Error> {
    let mut change = services.change(can).await?;
    let maker = change.caller().actor.user_id;
    let (id, now) = (services.new_id(), services.clock.now());
    let display_name = new.display_name.as_ref().map(DisplayName::as_str);
    sqlx::query!(
        "insert into projects (id, name, display_name, description, project_type, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, 'shared', $5, $6, $6)",
        id,
        new.name.as_str(),
        display_name,
        new.description.as_str(),
        maker.0,
        now
    )
    .execute(change.connection())
    .await?;
    let becomes_member = services.settings.mode == Mode::Platform;
    if becomes_member {
        sqlx::query!(
            "insert into user_projects (user_id, project_id, is_project_admin, granted_by, created_at)
             values ($1, $2, true, $1, $3)",
            maker.0,
            id,
            now
        )
        .execute(change.connection())
        .await?;
    }
    let entry = Entry::new("project.created", TargetType::Project, id, new.name.as_str())
        .set("name", &new.name)
        .field("display_name", None, display_name.map(str::to_owned))
        .set("description", &new.description);
    change.record(entry).await?;
    if becomes_member {
        enforce_limit(services, change.connection(), maker).await?;
    }
    change.commit().await?;
    Ok(new.name)
}

/// Makes a shared project without a maker and without members, for whoever may make projects on the platform. Its name
/// may break the rules for new names: programs bring names from elsewhere.
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
