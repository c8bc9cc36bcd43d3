//! Another user saved the same object first: whose change every field holds, and what can be kept without a choice.

use crate::change::Change;
use crate::error::Error;
use domain::conflict::{Conflict, Draft, Edit, Merge, Saved};
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

/// The draft to save: what was sent, merged with what others saved since the form was rendered.
///
/// # Errors
/// [`Refusal::Conflict`] when a field needs a choice, or when the merged values are not valid.
pub(crate) async fn merge<D: Draft>(
    change: &mut Change<'_>,
    row: Stored,
    stored: &D,
    edit: Edit<D>,
) -> Result<(D, Merge), Error> {
    if edit.version == row.version {
        return Ok((edit.draft, Merge::default()));
    }
    let names: Vec<_> = stored.fields().iter().map(|field| field.name).collect();
    let saves = saves(change, &row, &names).await?;
    let merge = Merge::new(&edit, stored, |field| saves.get(field).unwrap_or(&unknown(&row)).clone());
    match merge.draft(&edit, stored) {
        Ok(draft) => Ok((draft, merge)),
        Err(problems) => {
            let unmerged = conflict(change, &row, saves);
            Err(Refusal::Conflict(Box::new(Conflict { fields: merge.into_fields(), problems, ..unmerged })).into())
        }
    }
}

/// Names who saved one of the fields last, for a change that is refused without a comparison.
pub(crate) async fn refusal(change: &mut Change<'_>, row: Stored, fields: &[&str]) -> Result<Refusal, Error> {
    let saves = saves(change, &row, fields).await?;
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
async fn saves(change: &mut Change<'_>, row: &Stored, fields: &[&str]) -> Result<HashMap<String, Saved>, Error> {
    let you = change.caller().actor.user_id;
    let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
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
