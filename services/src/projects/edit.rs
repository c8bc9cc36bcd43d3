//! Changing what a project is called and what it is for. Its technical name never changes.

use super::of_proof;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::change::Change;
use crate::conflict::{self, Saved};
use crate::error::Error;
use crate::guard::Can;
use domain::id::ProjectId;
use domain::permission::EditProject;
use domain::text::{Description, DisplayName};
use time::OffsetDateTime;
use uuid::Uuid;

/// The fields of the edit form.
#[derive(Clone, Debug)]
pub struct ProjectEdit {
    /// `None` clears it; the technical name is shown then.
    pub display_name: Option<DisplayName>,
    /// What it is for.
    pub description: Description,
}

/// Saves the form. Values equal to the stored ones change nothing and write nothing, whatever the version, so that
/// a form sent twice is no conflict.
///
/// # Errors
/// [`domain::error::Refusal::Conflict`] with both values when somebody saved since `version` was read.
pub async fn edit(services: &Services, can: &Can<EditProject>, version: i64, edit: ProjectEdit) -> Result<(), Error> {
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let stored = load(&mut change, project).await?;
    let display_name = edit.display_name.map(String::from);
    let description = String::from(edit.description);
    if stored.display_name == display_name && stored.description == description {
        return Ok(());
    }
    if stored.version != version {
        let fields = vec![
            conflict::field(
                "display_name",
                "Display name",
                display_name.unwrap_or_default(),
                stored.display_name.unwrap_or_default(),
            ),
            conflict::field("description", "Description", description, stored.description),
        ];
        let saved = Saved { target: project.0, version: stored.version, updated_at: stored.updated_at };
        return Err(conflict::refusal(change.connection(), saved, fields).await?.into());
    }
    save(services, &mut change, stored, display_name, description).await?;
    change.commit().await
}

/// Some of the fields, as programs send them; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProjectPatch {
    /// `Some(None)` clears it.
    pub display_name: Option<Option<DisplayName>>,
    /// What it is for.
    pub description: Option<Description>,
}

/// Saves what is given. `version`, where given, is the one the change was made for.
///
/// # Errors
/// [`domain::error::Refusal::Conflict`] without fields when somebody saved since `version` was read.
pub async fn patch(
    services: &Services,
    can: &Can<EditProject>,
    version: Option<i64>,
    patch: ProjectPatch,
) -> Result<(), Error> {
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let stored = load(&mut change, project).await?;
    if version.is_some_and(|version| version != stored.version) {
        let saved = Saved { target: project.0, version: stored.version, updated_at: stored.updated_at };
        return Err(conflict::refusal(change.connection(), saved, Vec::new()).await?.into());
    }
    let display_name = patch.display_name.map_or_else(|| stored.display_name.clone(), |name| name.map(String::from));
    let description = patch.description.map_or_else(|| stored.description.clone(), String::from);
    if stored.display_name == display_name && stored.description == description {
        return Ok(());
    }
    save(services, &mut change, stored, display_name, description).await?;
    change.commit().await
}

struct Stored {
    id: Uuid,
    name: String,
    display_name: Option<String>,
    description: String,
    version: i64,
    updated_at: OffsetDateTime,
}

async fn load(change: &mut Change<'_>, project: ProjectId) -> Result<Stored, Error> {
    let stored = sqlx::query_as!(
        Stored,
        "select id, name, display_name, description, version, updated_at from projects where id = $1",
        project.0
    );
    Ok(stored.fetch_one(change.connection()).await?)
}

async fn save(
    services: &Services,
    change: &mut Change<'_>,
    stored: Stored,
    display_name: Option<String>,
    description: String,
) -> Result<(), Error> {
    sqlx::query!(
        "update projects set display_name = $2, description = $3, updated_at = $4, version = version + 1 where id = $1",
        stored.id,
        display_name,
        description,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new("project.edited", TargetType::Project, stored.id, stored.name)
        .field("display_name", stored.display_name, display_name)
        .field("description", Some(stored.description), Some(description));
    change.record(entry).await
}
