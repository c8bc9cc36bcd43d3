//! Releasing: the call was not made, or it cost nothing.

use super::settle::{State, lock};
use super::windows;
use crate::Services;
use crate::budgets::switched_on;
use crate::change::commit;
use crate::error::Error;
use domain::id::{GatewayId, ReservationId};
use domain::spend::{Release, ReleaseOutcome, SpendRefusal};
use sqlx::PgConnection;
use uuid::Uuid;

/// Gives back what was reserved for calls that were not made. The number of statements does not grow with them.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off; otherwise the database failed and nothing changed.
pub async fn release_many(
    services: &Services,
    gateway: GatewayId,
    releases: Vec<Release>,
) -> Result<Vec<ReleaseOutcome>, Error> {
    switched_on(services)?;
    let mut transaction = services.pool.begin().await?;
    let mut reservations = lock(&mut transaction, gateway, &releases.iter().collect::<Vec<_>>()).await?;
    let (mut released, mut held_in) = (Vec::new(), Vec::new());
    let mut outcomes = Vec::new();
    for release in &releases {
        let Some(reservation) = reservations.find(release) else {
            outcomes.push(ReleaseOutcome::Refused(SpendRefusal::UnknownReservation));
            continue;
        };
        match reservation.state {
            State::Settled(amount) => {
                outcomes.push(ReleaseOutcome::Refused(SpendRefusal::AlreadySettled { amount }));
                continue;
            }
            State::Open => {
                released.push(reservation.id);
                held_in.extend(reservation.windows.iter().copied());
                reservation.state = State::Released;
            }
            State::Released | State::Expired => {}
        }
        outcomes.push(ReleaseOutcome::Released { reservation: ReservationId(reservation.id) });
    }
    if !released.is_empty() {
        held_in.sort_unstable();
        held_in.dedup();
        windows::lock(&mut transaction, &held_in).await?;
        mark_released(&mut transaction, &released).await?;
        commit(transaction).await?;
    }
    Ok(outcomes)
}

async fn mark_released(connection: &mut PgConnection, ids: &[Uuid]) -> Result<(), Error> {
    sqlx::query!(
        "with released as (
           update reservations set state = 'released' where id = any($1) returning window_ids, amount),
         freed as (
           select window_id, sum(r.amount) as amount from released r, unnest(r.window_ids) window_id group by window_id)
         update budget_windows w set reserved = w.reserved - f.amount from freed f where w.id = f.window_id",
        ids
    )
    .execute(connection)
    .await?;
    Ok(())
}
