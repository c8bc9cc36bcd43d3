//! Moving what is known of users from one issuer to another, after the address of the identity provider changed.
//!
//! A user is known by issuer and subject. When the host name or the realm in the issuer changes and the subjects stay, the
//! identity provider's users are strangers until their identities are moved. The operator names both issuers: that a
//! subject means the same user at both cannot be concluded from tokens.
//!
//! Rows are moved in batches, each in a transaction of its own, so that no statement is long and sign-ins go on. A move
//! that was interrupted is completed by running it again.

mod steps;

use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::change::commit;
use crate::error::Error;
use crate::guard::Can;
use domain::error::Refusal;
use domain::identity_move::{KnownIssuer, MoveConflict, MovePlan};
use domain::permission::MoveIdentities;
use domain::violation::Violation;
use sqlx::PgConnection;
use std::time::Duration;
use steps::{keep_ids, move_all};
use tokio::sync::oneshot;
use tracing::Instrument as _;

/// How long a request waits for the move that it began.
const MAX_WAIT: Duration = Duration::from_secs(15);

/// The most issuers that the page of the identity provider names.
const MAX_LISTED_ISSUERS: i64 = 10;

/// The most conflicts that a plan names.
const MAX_LISTED_CONFLICTS: i64 = 20;

/// Both issuers, exactly as they stand in tokens.
#[derive(Clone, Copy, Debug)]
pub struct IssuerMove<'a> {
    /// The issuer that identities are known by now.
    pub from: &'a str,
    /// The issuer that tokens name from now on.
    pub to: &'a str,
}

/// Every issuer that users are known by, with how many, for the maintainer who moves identities.
///
/// # Errors
/// The database failed.
pub async fn issuers(services: &Services, _can: &Can<MoveIdentities>) -> Result<Vec<KnownIssuer>, Error> {
    known_issuers(services).await
}

/// Issuers that users are known by and that are not the configured one. Reads one row for each of them, whatever the
/// number of users.
pub(crate) async fn other_issuers(services: &Services) -> Result<Vec<String>, Error> {
    let Some(identity) = &services.identity else { return Ok(Vec::new()) };
    let issuers = sqlx::query_scalar!(
        r#"with recursive issuers (issuer) as (
             (select issuer from user_identities order by issuer limit 1)
             union all
             select (select i.issuer from user_identities i where i.issuer > issuers.issuer order by i.issuer limit 1)
             from issuers where issuers.issuer is not null)
           select issuer as "issuer!" from issuers where issuer is not null and issuer <> $1 limit $2"#,
        identity.issuer(),
        MAX_LISTED_ISSUERS
    );
    Ok(issuers.fetch_all(&services.pool).await?)
}

/// Every issuer that users are known by.
///
/// # Errors
/// The database failed.
pub async fn known_issuers(services: &Services) -> Result<Vec<KnownIssuer>, Error> {
    let issuers = sqlx::query_as!(
        KnownIssuer,
        r#"select issuer, count(*) as "identities!" from user_identities group by issuer order by issuer"#
    );
    Ok(issuers.fetch_all(&services.pool).await?)
}

/// What a move would change. Changes nothing.
///
/// # Errors
/// The database failed.
pub async fn plan(services: &Services, issuers: IssuerMove<'_>) -> Result<MovePlan, Error> {
    read_plan(&mut *services.pool.begin().await?, issuers).await
}

async fn read_plan(connection: &mut PgConnection, issuers: IssuerMove<'_>) -> Result<MovePlan, Error> {
    let counts = sqlx::query!(
        r#"select
             (select count(*) from user_identities where issuer = $1) as "identities!",
             (select count(*) from user_identities i join user_identities j on j.subject = i.subject
              where i.issuer = $1 and j.issuer = $2) as "conflicts!",
             (select count(*) from user_identities where issuer = $2) as "already_there!",
             (select count(*) from provider_sessions where issuer = $1) as "sessions!",
             coalesce((select origin from issuer_origins where issuer = $2), $2)
               = coalesce((select origin from issuer_origins where issuer = $1), $1) as "is_recorded!""#,
        issuers.from,
        issuers.to
    )
    .fetch_one(&mut *connection)
    .await?;
    let listed_conflicts = sqlx::query_as!(
        MoveConflict,
        r#"select i.subject, u.email as old_user, v.email as new_user
           from user_identities i join user_identities j on j.subject = i.subject
           join users u on u.id = i.user_id join users v on v.id = j.user_id
           where i.issuer = $1 and j.issuer = $2 order by i.subject limit $3"#,
        issuers.from,
        issuers.to,
        MAX_LISTED_CONFLICTS
    )
    .fetch_all(&mut *connection)
    .await?;
    Ok(MovePlan {
        identities: counts.identities - counts.conflicts,
        conflicts: counts.conflicts,
        listed_conflicts,
        already_there: counts.already_there,
        sessions: counts.sessions,
        is_recorded: counts.is_recorded,
    })
}

/// Moves identities, sessions and logouts, and keeps the ids of users. Returns what it planned, and how many identities
/// it moved: fewer than planned when other transactions held their users all the while.
///
/// The audit event is written before the first batch, so that no batch is without one when the move is interrupted. A move
/// that finds nothing to move writes none, and still completes the steps that an interrupted one did not reach.
///
/// # Errors
/// The database failed; what was moved until then stays moved.
pub async fn run(services: &Services, issuers: IssuerMove<'_>) -> Result<(MovePlan, u64), Error> {
    let plan = plan(services, issuers).await?;
    if !plan.is_empty() {
        let mut transaction = services.pool.begin().await?;
        audit::write(services, &mut transaction, By::Operator, entry(services, issuers, &plan)).await?;
        keep_ids(&mut transaction, issuers).await?;
        commit(transaction).await?;
    }
    let moved = move_all(services, issuers).await?;
    Ok((plan, moved))
}

/// What a move to the configured issuer would change, for the maintainer who confirms it.
///
/// # Errors
/// [`Refusal::NotFound`] without an identity provider.
pub async fn plan_to_configured(
    services: &Services,
    _can: &Can<MoveIdentities>,
    from: &str,
) -> Result<MovePlan, Error> {
    plan(services, to_configured(services, from)?).await
}

/// Moves identities to the configured issuer, as the maintainer confirmed it. Returns how many identities it moved, or
/// `None` when the move goes on after [`MAX_WAIT`]. It also goes on when the request is given up.
///
/// # Errors
/// [`Violation::MovePlanChanged`] when `confirmed` is not what the move would change now; the database failed.
pub async fn run_confirmed(
    services: &Services,
    can: &Can<MoveIdentities>,
    from: &str,
    confirmed: MoveConfirmation<'_>,
) -> Result<Option<u64>, Error> {
    let mut change = services.change(can).await?;
    let issuers = to_configured(services, from)?;
    let plan = read_plan(change.connection(), issuers).await?;
    if (confirmed.to, confirmed.identities, confirmed.conflicts) != (issuers.to, plan.identities, plan.conflicts) {
        return Err(Violation::MovePlanChanged.into());
    }
    if !plan.is_empty() {
        change.record(entry(services, issuers, &plan)).await?;
        keep_ids(change.connection(), issuers).await?;
    }
    change.commit().await?;
    let (background, services) = (services.background.clone(), services.clone());
    let (from, to) = (issuers.from.to_owned(), issuers.to.to_owned());
    let (done, moved) = oneshot::channel();
    let moving = async move {
        let moved = tokio::select! {
            moved = move_all(&services, IssuerMove { from: &from, to: &to }) => moved,
            () = services.background().stopped() => Err(Error::Broken("the server stops".to_owned())),
        };
        if let Err(fault) = &moved {
            tracing::error!(%fault, from, to, "not all identities were moved: confirm the move again");
        }
        let _ = done.send(moved);
    };
    background.spawn(moving.in_current_span());
    match tokio::time::timeout(MAX_WAIT, moved).await {
        Ok(Ok(moved)) => moved.map(Some),
        Ok(Err(_)) | Err(_) => Ok(None),
    }
}

/// What a maintainer saw and confirmed.
#[derive(Clone, Copy, Debug)]
pub struct MoveConfirmation<'a> {
    /// The issuer that identities are moved to.
    pub to: &'a str,
    /// How many.
    pub identities: i64,
    /// How many stay.
    pub conflicts: i64,
}

/// The move from an issuer to the one that is configured.
fn to_configured<'a>(services: &'a Services, from: &'a str) -> Result<IssuerMove<'a>, Error> {
    let to = services.identity.as_ref().ok_or(Refusal::NotFound)?.issuer();
    if from == to {
        return Err(Refusal::NotFound.into());
    }
    Ok(IssuerMove { from, to })
}

fn entry(services: &Services, issuers: IssuerMove<'_>, plan: &MovePlan) -> Entry {
    Entry::new(Action::IdentityProviderIssuerMoved, TargetType::IdentityProvider, services.new_id(), issuers.to)
        .field("issuer", Some(issuers.from.to_owned()), Some(issuers.to.to_owned()))
        .set("identities", plan.identities)
        .set("identities_there_before", plan.already_there)
        .set("conflicts", plan.conflicts)
        .set("sessions", plan.sessions)
}
