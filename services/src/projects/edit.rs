//! Changing what a project is called and what it is for. Its technical name never changes.

use super::of_proof;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::change::Change;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::conflict::{Draft, Edit, Merge};
use domain::id::ProjectId;
use domain::permission::EditProject;
use domain::project::ProjectDraft;
use domain::text::{Description, DisplayName};
use time::OffsetDateTime;
use uuid::Uuid;

/// Saves the form, merged with what others saved since it was rendered. Values equal to the stored ones change nothing
/// and write nothing, so that a form sent twice is no conflict.
///
/// # Errors
/// [`domain::error::Refusal::Conflict`] when a field needs a choice.
pub async fn edit(services: &Services, can: &Can<EditProject>, edit: Edit<ProjectDraft>) -> Result<Merge, Error> {
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let stored = load(&mut change, project).await?;
    let (draft, merge) = conflict::merge(&mut change, stored.row(), &stored.draft(), edit).await?;
    if draft != stored.draft() {
        save(services, &mut change, stored, draft).await?;
        change.commit().await?;
    }
    Ok(merge)
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
        let names: Vec<_> = stored.draft().fields().iter().map(|field| field.name).collect();
        return Err(conflict::refusal(&mut change, stored.row(), &names).await?.into());
    }
    let display_name = patch.display_name.map_or_else(|| stored.display_name.clone(), |name| name.map(String::from));
    let description = patch.description.map_or_else(|| stored.description.clone(), String::from);
    let draft = ProjectDraft { display_name, description };
    if draft == stored.draft() {
        return Ok(());
    }
    save(services, &mut change, stored, draft).await?;
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

impl Stored {
    fn draft(&self) -> ProjectDraft {
        ProjectDraft { display_name: self.display_name.clone(), description: self.description.clone() }
    }

    const fn row(&self) -> conflict::Stored {
        conflict::Stored { target: self.id, version: self.version, updated_at: self.updated_at }
    }
}

async fn load(change: &mut Change<'_>, project: ProjectId) -> Result<Stored, Error> {
    let stored = sqlx::query_as!(
        Stored,
        "select id, name, display_name, description, version, updated_at from projects where id = $1",
        project.0
    );
    Ok(stored.fetch_one(change.connection()).await?)
}

async fn save(services: &Services, change: &mut Change<'_>, stored: Stored, draft: ProjectDraft) -> Result<(), Error> {
    sqlx::query!(
        "update projects set display_name = $2, description = $3, updated_at = $4, version = version + 1 where id = $1",
        stored.id,
        draft.display_name,
        draft.description,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new("project.edited", TargetType::Project, stored.id, stored.name)
        .field("display_name", stored.display_name, draft.display_name)
        .field("description", Some(stored.description), Some(draft.description));
    change.record(entry).await
}
