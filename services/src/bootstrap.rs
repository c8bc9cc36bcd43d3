//! The first administrator of an empty console, and the operator's way to a maintainer.

use crate::Services;
use crate::actor::user_kind;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use crate::locks::lock_rights;
use crate::session::end_all_of;
use crate::users::{ensure_personal_project, one_time_password};
use domain::email::Email;
use domain::id::UserId;
use domain::role::PlatformRole;
use domain::user::UserKind;
use domain::violation::Violation;
use sqlx::{PgConnection, PgExecutor};
use time::Duration;

/// Signs in first when nothing else is configured.
const DEFAULT_EMAIL: &str = "admin@example.com";
const NAME: &str = "Administrator";
/// How long the first administrator's password opens the account unless it is changed. Longer than others: between an
/// installation and the first sign-in there may be a weekend.
pub const FIRST_PASSWORD_LIFE: Duration = Duration::WEEK;

/// How the first administrator signs in. Not printed by `Debug`: the command that starts the console shows it once.
pub struct FirstSignIn {
    /// The address.
    pub email: String,
    /// Made when none was configured. Either way it expires after [`FIRST_PASSWORD_LIFE`] and has to be changed at the
    /// first sign-in.
    pub one_time_password: Option<String>,
}

/// Makes a maintainer when there is no active admin who can sign in, and says how to sign in. A first password that
/// expired unused is so replaced at the next start.
///
/// A user who has the address already gets the role and the password. Any number of servers may start at once.
///
/// # Errors
/// The database failed.
pub async fn superadmin(
    services: &Services,
    email: Option<Email>,
    password: Option<String>,
) -> Result<Option<FirstSignIn>, Error> {
    if has_admin(services, &services.pool).await? {
        return Ok(None);
    }
    let email = email.map_or_else(|| DEFAULT_EMAIL.to_owned(), String::from);
    let made = password.is_none().then(|| one_time_password(&services.random));
    let hash = services.hasher.hash(made.clone().or(password).unwrap_or_default()).await?;
    let mut transaction = services.pool.begin().await?;
    lock_rights(&mut transaction).await?;
    if has_admin(services, &mut *transaction).await? {
        return Ok(None);
    }
    let id = install(services, &mut transaction, &email, &hash).await?;
    end_all_of(&mut transaction, id, None).await?;
    let entry = Entry::new(Action::UserBootstrapped, TargetType::User, id.0, &email)
        .set("email", &email)
        .set("role", PlatformRole::Maintainer.key());
    audit::write(services, &mut transaction, By::Console, entry).await?;
    if let Some(entry) = ensure_personal_project(services, &mut transaction, id, NAME, &email).await? {
        audit::write(services, &mut transaction, By::Console, entry).await?;
    }
    transaction.commit().await?;
    Ok(Some(FirstSignIn { email, one_time_password: made }))
}

/// Whether there is an active admin whose password has not expired.
async fn has_admin(services: &Services, database: impl PgExecutor<'_>) -> Result<bool, Error> {
    let row = sqlx::query!(
        r#"select exists (
             select from users
             where is_admin and is_active
               and not (password_change_due and coalesce(password_expires_at <= $1, false))) as "exists!""#,
        services.clock.now()
    )
    .fetch_one(database)
    .await?;
    Ok(row.exists)
}

async fn install(services: &Services, connection: &mut PgConnection, email: &str, hash: &str) -> Result<UserId, Error> {
    let row = sqlx::query!(
        "insert into users as u
           (id, email, name, is_admin, is_maintainer, password_hash, password_change_due, password_expires_at,
            created_at, updated_at)
         values ($1, $2, $3, true, true, $4, true, $6, $5, $5)
         on conflict (lower(email)) do update set
           is_admin = true, is_maintainer = true, is_auditor = false, is_active = true, user_type = 'regular',
           password_hash = $4, password_change_due = true, password_expires_at = $6, sign_in_tries = 0,
           sign_in_tries_end_at = null, locked_until = null, updated_at = $5, version = u.version + 1
         returning id",
        services.new_id(),
        email,
        NAME,
        hash,
        services.clock.now(),
        services.clock.now() + FIRST_PASSWORD_LIFE
    )
    .fetch_one(connection)
    .await?;
    Ok(UserId(row.id))
}

/// Makes a user a maintainer, for an operator at the command line. Again changes nothing.
///
/// An address that is not verified may be one that a user chose at the identity provider. It names the account only
/// together with `subject`: the user's id at the identity provider, or the user id of an account that is linked to none.
///
/// # Errors
/// [`Refusal::Rule`] when no user has the address, it is not verified and no subject is given, the account has another
/// subject, or it cannot hold the role.
pub async fn grant_maintainer(services: &Services, email: &Email, subject: Option<&str>) -> Result<(), Error> {
    let mut transaction = services.pool.begin().await?;
    lock_rights(&mut transaction).await?;
    let person = sqlx::query!(
        r#"select u.id, u.email, coalesce(u.email_verified, u.auth_source = 'local') as "email_verified!", u.user_type,
                  u.is_admin, u.is_maintainer, u.is_auditor, u.is_active,
                  coalesce((select i.subject from user_identities i where i.user_id = u.id), u.id::text) as "subject!"
           from users u where lower(u.email) = lower($1) for no key update of u"#,
        email.as_str()
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or_else(|| Violation::UnknownEmail { email: email.to_string() })?;
    check_subject(email, person.email_verified, &person.subject, subject)?;
    if !person.is_active {
        return Err(Violation::UserDeactivated { name: email.to_string() }.into());
    }
    if user_kind(&person.user_type)? == UserKind::External {
        let (name, role) = (email.to_string(), "a maintainer".to_owned());
        return Err(Violation::ExternalUserRole { name, role }.into());
    }
    let before = PlatformRole::from_flags(person.is_maintainer, person.is_admin, person.is_auditor);
    if before == PlatformRole::Maintainer {
        return Ok(());
    }
    sqlx::query!(
        "update users set is_admin = true, is_maintainer = true, is_auditor = false, updated_at = $2, version = version + 1
         where id = $1",
        person.id,
        services.clock.now()
    )
    .execute(&mut *transaction)
    .await?;
    let after = PlatformRole::Maintainer.key().to_owned();
    let entry = Entry::new(Action::UserRoleChanged, TargetType::User, person.id, person.email).field(
        "role",
        Some(before.key().to_owned()),
        Some(after),
    );
    audit::write(services, &mut transaction, By::Operator, entry).await?;
    Ok(transaction.commit().await?)
}

/// Whether the operator has named the account, and not only an address that any user may have chosen.
fn check_subject(email: &Email, is_verified: bool, actual: &str, given: Option<&str>) -> Result<(), Violation> {
    match given {
        Some(given) if given == actual => Ok(()),
        Some(_) => Err(Violation::OtherSubject { email: email.to_string() }),
        None if is_verified => Ok(()),
        None => Err(Violation::EmailNotVerified { email: email.to_string() }),
    }
}
