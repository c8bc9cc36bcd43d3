//! Changing what a project is called and what it is for. Its technical name never changes.

use super::of_proof;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::conflict::{self, Saved};
use crate::error::Error;
use crate::guard::Can;
use domain::permission::EditProject;
use domain::text::{Description, DisplayName};

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
    let stored = sqlx::query!(
        "select name, display_name, description, version, updated_at from projects where id = $1",
        project.0
    )
    .fetch_one(change.connection())
    .await?;
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
    sqlx::query!(
        "update projects set display_name = $2, description = $3, updated_at = $4, version = version + 1 where id = $1",
        project.0,
        display_name,
        description,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new("project.edited", TargetType::Project, project.0, stored.name)
        .field("display_name", stored.display_name, display_name)
        .field("description", Some(stored.description), Some(description));
    change.record(entry).await?;
    change.commit().await
}
