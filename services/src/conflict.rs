//! Another user saved the same object first: whose change every field holds, and what can be kept without a choice.

use crate::change::Change;
use crate::error::Error;
use domain::conflict::{Conflict, Merge, Saved};
use domain::draft::{Draft, Edit, EditBasis, Precondition};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::UserId;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// The row as it is stored.
pub(crate) struct Stored {
    /// Its id in the audit log.
    pub(crate) target: Uuid,
    /// Its version.
    pub(crate) version: i64,
    /// Stands for the time of the last save when the audit log does not know it, as after a change by hand.
    pub(crate) updated_at: OffsetDateTime,
}

/// The draft to save: the stored one with the fields of the edit, merged with what others saved since a form was
/// rendered. The stored draft itself when there is nothing to save.
///
/// Equal values come first, then the version, whatever the precondition. An edit that is stored already is no conflict:
/// browsers send forms twice, and a client whose answer was lost sends its request again. For an `If-Match` that does not
/// match, RFC 9110, section 13.1.1, allows a success when the change appears to be made already; an edit without any
/// field asks for no change, so that it is made already too.
///
/// # Errors
/// [`Refusal::Conflict`] when the object has another version than the precondition names, and a field of a form needs a
/// choice or the merged values are not valid. A problem at its field when the edited values are not valid.
pub(crate) async fn settle<D: Draft + Send + Sync>(
    change: &mut Change<'_>,
    row: Stored,
    stored: &D,
    edit: Edit<D>,
) -> Result<(D, Merge), Error> {
    let (draft, precondition) = edit.of_stored(stored)?;
    if draft == *stored {
        return Ok((draft, Merge::default()));
    }
    if !precondition.is_stale(row.version) {
        draft.check()?;
        return Ok((draft, Merge::default()));
    }
    match precondition {
        Precondition::FormVersion { basis, .. } => merge(change, row, stored, draft, &basis).await,
        _ => Err(refusal::<D>(change, row).await?.into()),
    }
}

async fn merge<D: Draft + Send + Sync>(
    change: &mut Change<'_>,
    row: Stored,
    stored: &D,
    draft: D,
    basis: &EditBasis,
) -> Result<(D, Merge), Error> {
    let saves = saves::<D>(change, &row).await?;
    let merge = Merge::new(&draft, basis, stored, |field| saves.get(field).unwrap_or(&unknown(&row)).clone());
    match merge.draft(draft, basis, stored) {
        Ok(draft) => Ok((draft, merge)),
        Err(problems) => {
            let unmerged = conflict(change, &row, saves);
            Err(Refusal::Conflict(Box::new(Conflict { fields: merge.into_fields(), problems, ..unmerged })).into())
        }
    }
}

/// Names who saved one of the fields last, for a change that is refused without a comparison.
pub(crate) async fn refusal<D: Draft>(change: &mut Change<'_>, row: Stored) -> Result<Refusal, Error> {
    let saves = saves::<D>(change, &row).await?;
    Ok(Refusal::Conflict(Box::new(conflict(change, &row, saves))))
}

fn conflict(change: &Change<'_>, row: &Stored, saves: HashMap<String, Saved>) -> Conflict {
    let you = &change.caller().actor;
    Conflict {
        saved: saves.into_values().max_by_key(|save| save.at).unwrap_or_else(|| unknown(row)),
        your_name: you.name.clone(),
        your_id: you.user_id,
        version: row.version,
        fields: Vec::new(),
        problems: FieldErrors::default(),
    }
}

/// The last save of each field, as far as the audit log knows.
async fn saves<D: Draft>(change: &mut Change<'_>, row: &Stored) -> Result<HashMap<String, Saved>, Error> {
    let you = change.caller().actor.user_id;
    let fields: Vec<String> = D::FIELDS.iter().map(|field| field.name.to_owned()).collect();
    let events = sqlx::query!(
        r#"select distinct on (c.field) c.field as "field!", a.actor_id, coalesce(u.name, a.actor) as "name!", a.at
           from audit_log a
             cross join lateral jsonb_to_recordset(a.changes) as c(field text)
             left join users u on u.id = a.actor_id
           where a.target_id = $1 and c.field = any($2)
           order by c.field, a.at desc, a.id desc"#,
        row.target,
        &fields
    )
    .fetch_all(change.connection())
    .await?;
    let saves = events.into_iter().map(|event| {
        let by = event.actor_id.map(UserId);
        (event.field, Saved { by, name: event.name, is_you: by == Some(you), at: event.at })
    });
    Ok(saves.collect())
}

/// A save that the audit log does not know.
fn unknown(row: &Stored) -> Saved {
    Saved { by: None, name: "Another user".to_owned(), is_you: false, at: row.updated_at }
}
