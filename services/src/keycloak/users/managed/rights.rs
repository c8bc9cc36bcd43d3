//! Changing role and projects of a user.

use super::super::Reason;
use super::super::edit::{self, FieldChange, RoleChange};
use super::super::realm::{Existing, Failure, Prepared};
use super::account::{Account, refused, sentence, unprepared};
use super::{entry, record_outcome, to_its_end};
use crate::Services;
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::locks::lock_assignments;
use domain::audit::Action;
use domain::conflict::{Conflict, Merge, Saved};
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::id::{EventId, UserId};
use domain::keycloak_user::KeycloakRights;
use domain::permission::ManageKeycloakUsers;
use domain::violation::Violation;
use serde_json::Value;
use sqlx::PgConnection;
use time::Duration;

/// An event that began no longer ago than this may still be carried out.
const UNDER_WAY: Duration = Duration::minutes(1);

/// Changes role and projects of a user in Keycloak. Values that another administrator changed since the form was opened are
/// merged, or shown for a choice; attributes that Bursar does not know stay. At most 13 requests.
///
/// # Errors
/// [`Refusal::Conflict`]; a problem at its field; [`Violation::KeycloakUserBusy`] while another change of the user is being
/// carried out; [`Violation::KeycloakUnavailable`] when nothing was sent, [`Violation::KeycloakNotChanged`] when Keycloak did
/// not take it.
pub async fn change_rights(
    services: &Services,
    can: &Can<ManageKeycloakUsers>,
    id: UserId,
    edit: Edit<KeycloakRights>,
) -> Result<Merge, Error> {
    let earlier = begin(services, can, id).await?;
    let account = Account::open(services).await.map_err(|why| refused(&why))?;
    let users = account.users();
    let found = account.read(users.find_by_id(&id.to_string())).await.map_err(|why| refused(&why))?;
    let existing = found.ok_or(Violation::KeycloakUserGone)?;
    let stored = edit::rights(&existing.user, &existing.roles, &account.rules.roles);
    let (rights, merge) = settle(services, can.caller(), &stored, edit)?;
    if id == can.caller().actor.user_id && rights.role != stored.role {
        return Err(Violation::OwnKeycloakRole.into());
    }
    let Some(planned) = Planned::new(existing, &rights, &account).map_err(violation)? else { return Ok(merge) };
    let prepared = account.prepared(false).await.map_err(|fault| unprepared(&fault))?;
    let (at_work, can) = (services.clone(), can.clone());
    let work = async move {
        let began = record_beginning(&at_work, &can, id, &planned, earlier).await?;
        write(&at_work, can.caller(), id, &planned, &prepared, began).await
    };
    to_its_end(services, work).await?;
    Ok(merge)
}

/// Checks that the caller may change the user now, and returns how many changes of the user began so far.
async fn begin(services: &Services, can: &Can<ManageKeycloakUsers>, id: UserId) -> Result<i64, Error> {
    let mut change = services.change(can).await?;
    let count = count_changes(services, change.connection(), id).await?;
    change.commit().await?;
    Ok(count)
}

/// How many changes of a user of the realm began so far.
///
/// # Errors
/// [`Violation::KeycloakUserBusy`] when one of them may still be carried out.
async fn count_changes(services: &Services, connection: &mut PgConnection, id: UserId) -> Result<i64, Error> {
    let changes = sqlx::query!(
        r#"select count(*) as "began!",
             count(*) filter (where b.at > $2 and not exists (
               select from audit_log o where o.target_id = $1
                 and o.changes @> jsonb_build_array(jsonb_build_object('field', 'began', 'after', b.id::text)))) as "open!"
           from audit_log b where b.target_id = $1 and b.action = 'keycloak_user.change_began'"#,
        id.0,
        services.clock.now() - UNDER_WAY
    )
    .fetch_one(connection)
    .await?;
    if changes.open > 0 { Err(Violation::KeycloakUserBusy.into()) } else { Ok(changes.began) }
}

const BEGAN: Action = Action::KeycloakUserChangeBegan;

/// Writes that the change begins, unless another one began since Keycloak was read.
async fn record_beginning(
    services: &Services,
    can: &Can<ManageKeycloakUsers>,
    id: UserId,
    planned: &Planned,
    earlier: i64,
) -> Result<EventId, Error> {
    let began = EventId(services.new_id());
    let mut change = services.change(can).await?;
    lock_assignments(change.connection(), &[id.0]).await?;
    if count_changes(services, change.connection(), id).await? != earlier {
        return Err(Violation::KeycloakUserBusy.into());
    }
    change.record(planned.entry(BEGAN, id).with_id(began)).await?;
    change.commit().await?;
    Ok(began)
}

async fn write(
    services: &Services,
    caller: &Caller,
    id: UserId,
    planned: &Planned,
    prepared: &Prepared,
    began: EventId,
) -> Result<(), Error> {
    let Planned { user, changes, role, .. } = planned;
    let written = match services.keycloak_admin.as_deref() {
        Some(api) => {
            let users = super::super::RealmUsers::new(&api.keycloak, &api.realm);
            users
                .write(&id.to_string(), user, !changes.is_empty(), role.as_ref(), prepared)
                .await
                .map_err(Failure::into_text)
        }
        None => Err("there is no service account".to_owned()),
    };
    let outcome = match &written {
        Ok(()) => planned.entry(Action::KeycloakUserChanged, id),
        Err(why) => entry(Action::KeycloakUserChangeFailed, id, &planned.username).set("why", why),
    };
    record_outcome(services, caller, began, outcome).await?;
    written.map_err(|why| Violation::KeycloakNotChanged { why: sentence(&why) }.into())
}

/// What is sent.
struct Planned {
    username: String,
    user: Value,
    changes: Vec<FieldChange>,
    role: Option<RoleChange>,
}

impl Planned {
    /// `None` when the user has these rights already.
    fn new(existing: Existing, rights: &KeycloakRights, account: &Account<'_>) -> Result<Option<Self>, Reason> {
        let Existing { mut user, roles, .. } = existing;
        let changes = edit::apply_rights(rights, &mut user, &account.rules.claims)?;
        let role = edit::role(rights.role, &roles, &account.rules.roles)?;
        let username = user["username"].as_str().unwrap_or_default().to_owned();
        Ok((!changes.is_empty() || role.is_some()).then_some(Self { username, user, changes, role }))
    }

    /// An event with what changes, before and after.
    fn entry(&self, action: Action, id: UserId) -> crate::audit::Entry {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let changes = self.role.iter().map(|role| &role.change).chain(&self.changes);
        changes.fold(entry(action, id, &self.username), |entry, change| {
            entry.field(change.field, some(&change.before), some(&change.after))
        })
    }
}

pub(super) fn violation(reason: Reason) -> Violation {
    match reason {
        Reason::ExternalAdmin => Violation::ExternalKeycloakAdmin,
        Reason::InheritedRole(role) => Violation::InheritedKeycloakRole { role },
        Reason::RoleNotMapped(role) => Violation::KeycloakRoleNotMapped { role: role.to_owned() },
        other => Violation::KeycloakUnavailable { why: sentence(&other.to_string()) },
    }
}

/// The rights to write: those of the form, merged with what Keycloak has by now. Keycloak does not tell who changed it.
fn settle(
    services: &Services,
    caller: &Caller,
    stored: &KeycloakRights,
    edit: Edit<KeycloakRights>,
) -> Result<(KeycloakRights, Merge), Refusal> {
    let (rights, precondition) = edit.of_stored(stored)?;
    let version = stored.version();
    if rights == *stored || !precondition.is_stale(version) {
        return Ok((rights, Merge::default()));
    }
    let saved = Saved { by: None, name: "Another administrator".to_owned(), is_you: false, at: services.clock.now() };
    let Precondition::FormVersion { basis, .. } = precondition else { return Ok((rights, Merge::default())) };
    let merge = Merge::new(&rights, &basis, stored, |_| saved.clone());
    match merge.draft(rights, &basis, stored) {
        Ok(rights) => Ok((rights, merge)),
        Err(problems) => Err(Refusal::Conflict(Box::new(Conflict {
            saved,
            your_name: caller.actor.name.clone(),
            your_id: caller.actor.user_id,
            version,
            fields: merge.into_fields(),
            problems,
        }))),
    }
}
