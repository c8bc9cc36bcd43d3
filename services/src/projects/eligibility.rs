//! Who may be a member of a shared project, for every path that makes members.

use crate::Services;
use crate::error::Error;
use crate::session::user_kind;
use domain::error::Refusal;
use domain::project::ProjectName;
use domain::user::UserKind;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A user who is to be a member.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) kind: UserKind,
    pub(crate) is_active: bool,
}

/// Locks users in the order of their ids: a deactivation or a change of type waits for this transaction, or this
/// transaction sees it. Unknown ids are left out.
pub(crate) async fn lock_candidates(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Candidate>, Error> {
    let rows = sqlx::query!(
        "select id, name, email, user_type, is_active from users where id = any($1) order by id for share",
        ids
    )
    .fetch_all(connection)
    .await?;
    let candidate = |name, email, kind: String, is_active| {
        Ok::<_, Error>(Candidate { name, email, kind: user_kind(&kind)?, is_active })
    };
    rows.into_iter().map(|row| Ok((row.id, candidate(row.name, row.email, row.user_type, row.is_active)?))).collect()
}

/// Checks that users may be members of a shared project: their accounts are active, and external users are only in
/// projects of `EXTERNAL_USER_ALLOWED_PROJECTS`. The refusal names all who may not.
pub(crate) fn check_may_be_members<'a>(
    services: &Services,
    project: &str,
    candidates: impl Iterator<Item = &'a Candidate> + Clone,
) -> Result<(), Refusal> {
    refuse(candidates.clone().filter(|user| !user.is_active), |names| {
        format!("Deactivated users cannot be added: {names}. Reactivate the accounts first.")
    })?;
    refuse(candidates.filter(|user| !services.settings.is_open_to(user.kind, project)), |names| {
        let open: Vec<&str> = services.settings.external_projects.iter().map(ProjectName::as_str).collect();
        let open = if open.is_empty() { "none".to_owned() } else { open.join(", ") };
        format!(
            "External users cannot be members of {project}: {names}. Projects open to external users: {open}. \
             The operator can open more with EXTERNAL_USER_ALLOWED_PROJECTS."
        )
    })
}

/// Checks that users may be project admins, which external users may not. The refusal names all who may not.
pub(crate) fn check_may_be_admins<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Result<(), Refusal> {
    refuse(candidates.filter(|user| user.kind == UserKind::External), |names| {
        format!("External users cannot be project admins: {names}. Ask an admin to make the accounts regular first.")
    })
}

fn refuse<'a>(
    refused: impl Iterator<Item = &'a Candidate>,
    text: impl FnOnce(String) -> String,
) -> Result<(), Refusal> {
    let names: Vec<&str> = refused.map(|user| user.name.as_str()).collect();
    if names.is_empty() { Ok(()) } else { Err(Refusal::Rule(text(names.join(", ")))) }
}
