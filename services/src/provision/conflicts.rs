//! Identities that were refused because their address belongs to another account, and how an admin settles the conflict.
//! An address alone never links an identity: a user who can choose it at the provider would choose an account.

use super::identity;
use crate::Services;
use crate::audit::{Action, Entry};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::LockedUser;
use crate::session::end_all_of;
use domain::claims::Claims;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::ManageUsers;
use sqlx::PgConnection;

/// Records the conflict for the admins, on the page of the user whose address it is.
pub(crate) async fn note(
    services: &Services,
    connection: &mut PgConnection,
    (provider, issuer): (&str, &str),
    claims: &Claims,
    owner: UserId,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into identity_conflicts as c
           (issuer, subject, user_id, provider, name, address, address_verified, username, first_at, last_at)
         values ($1, $2, $3, $4, $5, $6, $9, $7, $8, $8)
         on conflict (issuer, subject) do update set
           first_at = case when c.user_id = excluded.user_id then c.first_at else excluded.first_at end,
           user_id = excluded.user_id, provider = excluded.provider, name = excluded.name, address = excluded.address,
           address_verified = excluded.address_verified, username = excluded.username, last_at = excluded.last_at",
        issuer,
        claims.subject,
        owner.0,
        provider,
        claims.shown_name(),
        claims.address().unwrap_or_default(),
        claims.username,
        services.clock.now(),
        claims.email_verified
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the conflict of an identity that signed in. It stays while another user has the same subject at another
/// issuer: that user's identity could not be moved, and an admin decides whose the subject is.
pub(super) async fn forget(connection: &mut PgConnection, issuer: &str, subject: &str) -> Result<(), Error> {
    sqlx::query!(
        "delete from identity_conflicts c where c.issuer = $1 and c.subject = $2
           and not exists (select from user_identities i
                           where i.user_id = c.user_id and i.subject = c.subject and i.issuer <> c.issuer)",
        issuer,
        subject
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Links an identity that was refused to this user. The identity that the user signed in with until now is unlinked;
/// the sessions of all users concerned are revoked.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such conflict any more; [`Refusal::Forbidden`] by rank, also towards the user
/// who had the identity until now.
pub async fn relink(
    services: &Services,
    can: &Can<ManageUsers>,
    id: UserId,
    issuer: &str,
    subject: &str,
) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    // No sign-in of the identity meanwhile: it would make an account for it.
    identity::lock(change.connection(), issuer, subject).await?;
    let (person, holder) = lock_with_holder(&mut change, id, issuer, subject).await?;
    person.refuse_takeover(&change)?;
    let provider = take(&mut change, &person, issuer, subject).await?;
    if let Some(holder) = holder {
        unlink(&mut change, &holder, issuer, subject).await?;
    }
    let before = replace(services, &mut change, id, issuer, subject).await?;
    // Nothing is known of the address until the identity signs in.
    sqlx::query!("update users set auth_source = $2, email_verified = false where id = $1", id.0, provider)
        .execute(change.connection())
        .await?;
    person.touch(services, &mut change).await?;
    let ended = end_all_of(change.connection(), id, None).await?;
    let entry = person
        .entry(Action::UserIdentityLinked)
        .field("subject", before, Some(subject.to_owned()))
        .set("issuer", issuer)
        .field("sessions", Some(ended.to_string()), Some("0".to_owned()));
    change.record(entry).await?;
    change.commit().await
}

/// Dismisses a conflict without settling it; the next sign-in of the identity records it again.
///
/// # Errors
/// As [`relink`].
pub async fn dismiss(
    services: &Services,
    can: &Can<ManageUsers>,
    id: UserId,
    issuer: &str,
    subject: &str,
) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    take(&mut change, &person, issuer, subject).await?;
    change.record(person.entry(Action::UserIdentityConflictDismissed).set("subject", subject)).await?;
    change.commit().await
}

/// Removes the note. Returns the provider's name.
async fn take(change: &mut Change<'_>, person: &LockedUser, issuer: &str, subject: &str) -> Result<String, Error> {
    let provider = sqlx::query_scalar!(
        "delete from identity_conflicts where issuer = $1 and subject = $2 and user_id = $3 returning provider",
        issuer,
        subject,
        person.id.0
    )
    .fetch_optional(change.connection())
    .await?;
    Ok(provider.ok_or(Refusal::NotFound)?)
}

/// Locks the user, and the other user who has the identity now if there is one: in the order of their ids, as
/// everything that locks several users does.
async fn lock_with_holder(
    change: &mut Change<'_>,
    id: UserId,
    issuer: &str,
    subject: &str,
) -> Result<(LockedUser, Option<LockedUser>), Error> {
    let holder = sqlx::query_scalar!(
        "select user_id from user_identities where issuer = $1 and subject = $2 and user_id <> $3",
        issuer,
        subject,
        id.0
    )
    .fetch_optional(change.connection())
    .await?;
    match holder.map(UserId) {
        None => Ok((LockedUser::lock(change, id).await?, None)),
        Some(holder) if holder.0 < id.0 => {
            let holder = LockedUser::lock(change, holder).await?;
            Ok((LockedUser::lock(change, id).await?, Some(holder)))
        }
        Some(holder) => {
            let person = LockedUser::lock(change, id).await?;
            Ok((person, Some(LockedUser::lock(change, holder).await?)))
        }
    }
}

/// Unlinks the identity from the user who has it until now.
async fn unlink(change: &mut Change<'_>, holder: &LockedUser, issuer: &str, subject: &str) -> Result<(), Error> {
    sqlx::query!(
        "delete from user_identities where issuer = $1 and subject = $2 and user_id = $3",
        issuer,
        subject,
        holder.id.0
    )
    .execute(change.connection())
    .await?;
    let ended = end_all_of(change.connection(), holder.id, None).await?;
    let entry: Entry = holder
        .entry(Action::UserIdentityUnlinked)
        .field("subject", Some(subject.to_owned()), None)
        .field("sessions", Some(ended.to_string()), Some("0".to_owned()));
    change.record(entry).await
}

/// Links the identity. What its token says is not known before the next sign-in, so nothing differs until then.
async fn replace(
    services: &Services,
    change: &mut Change<'_>,
    id: UserId,
    issuer: &str,
    subject: &str,
) -> Result<Option<String>, Error> {
    let before = sqlx::query_scalar!("delete from user_identities where user_id = $1 returning subject", id.0)
        .fetch_optional(change.connection())
        .await?;
    sqlx::query!(
        "insert into user_identities
           (issuer, subject, user_id, claimed_role, claimed_type, claimed_projects, claimed_admin_of, claimed_at, linked_at)
         select $1, $2, u.id, case when u.is_admin then 'admin' else 'user' end, u.user_type, s.names, s.admins, $4, $4
         from users u cross join lateral (
           select coalesce(array_agg(lower(p.name) order by lower(p.name)), '{}') as names,
                  coalesce(array_agg(lower(p.name) order by lower(p.name)) filter (where m.is_project_admin), '{}') as admins
           from user_projects m join projects p on p.id = m.project_id
           where m.user_id = u.id and p.deleted_at is null and p.project_type = 'shared') s
         where u.id = $3",
        issuer,
        subject,
        id.0,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    Ok(before)
}
