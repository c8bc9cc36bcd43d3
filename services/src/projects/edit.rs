//! Editing the fields of a project. Its technical name never changes.

use super::of_proof;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::conflict::Merge;
use domain::draft::Edit;
use domain::permission::EditProject;
use domain::project::ProjectDraft;

/// Saves an edit. Values equal to the stored ones change nothing and write nothing.
///
/// # Errors
/// [`domain::error::Refusal::Conflict`] when the precondition does not hold.
pub async fn edit(services: &Services, can: &Can<EditProject>, edit: Edit<ProjectDraft>) -> Result<Merge, Error> {
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let row = sqlx::query!(
        "select name, display_name, description, version, updated_at from projects where id = $1",
        project.0
    )
    .fetch_one(change.connection())
    .await?;
    let stored = ProjectDraft { display_name: row.display_name, description: row.description };
    let version = conflict::Stored { target: project.0, version: row.version, updated_at: row.updated_at };
    let (draft, merge) = conflict::settle(&mut change, version, &stored, edit).await?;
    if draft == stored {
        return Ok(merge);
    }
    sqlx::query!(
        "update projects set display_name = $2, description = $3, updated_at = $4, version = version + 1 where id = $1",
        project.0,
        draft.display_name,
        draft.description,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new("project.edited", TargetType::Project, project.0, row.name);
    change.record(entry.fields(Some(&stored), &draft)).await?;
    change.commit().await?;
    Ok(merge)
}
