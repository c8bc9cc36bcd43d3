//! Spend: which budget pays, reservations before calls, the ledger of what was spent, and windows that end.
//!
//! A reservation reads which budget pays at this moment, without locks. Then one transaction locks the windows in the
//! order of their ids, checks room in them, and counts. Nothing of it is cached, and nothing else changes windows, except
//! a reset.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::Category;
use domain::id::{GatewayId, ProjectId, UserId};
use domain::permission::ManageBudgets;
use domain::spend::{
    Decision, EventOutcome, Release, ReleaseOutcome, ReserveRequest, SettleOutcome, Settlement, SpendEvent,
};

/// Whose window is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowSubject {
    /// A user's own budget.
    User(UserId),
    /// A project's budget, and with it the shares of its members.
    Project(ProjectId),
}

/// Decides on reservations, in the order of the requests. The number of statements does not grow with them.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off; otherwise the database failed and nothing is held.
pub async fn reserve_many(
    services: &Services,
    gateway: GatewayId,
    requests: Vec<ReserveRequest>,
) -> Result<Vec<Decision>, Error> {
    let _ = (services, gateway, requests);
    Err(Error::Broken("not built yet".to_owned()))
}

/// Records what calls did cost, in the place of what was reserved for them.
///
/// # Errors
/// As [`reserve_many`].
pub async fn settle_many(
    services: &Services,
    gateway: GatewayId,
    settlements: Vec<Settlement>,
) -> Result<Vec<SettleOutcome>, Error> {
    let _ = (services, gateway, settlements);
    Err(Error::Broken("not built yet".to_owned()))
}

/// Gives back what was reserved for calls that were not made.
///
/// # Errors
/// As [`reserve_many`].
pub async fn release_many(
    services: &Services,
    gateway: GatewayId,
    releases: Vec<Release>,
) -> Result<Vec<ReleaseOutcome>, Error> {
    let _ = (services, gateway, releases);
    Err(Error::Broken("not built yet".to_owned()))
}

/// Adds events to the ledger: the good ones are kept, the others refused with their codes, each in the place of its
/// event.
///
/// # Errors
/// As [`reserve_many`].
pub async fn ingest(
    services: &Services,
    gateway: GatewayId,
    events: Vec<SpendEvent>,
) -> Result<Vec<EventOutcome>, Error> {
    let _ = (services, gateway, events);
    Err(Error::Broken("not built yet".to_owned()))
}

/// Ends the window of now and begins the next one, with nothing spent.
///
/// # Errors
/// The refusals of every change; [`domain::error::Refusal::NotFound`] when no budget of the category pays for the subject.
pub async fn reset(
    services: &Services,
    can: &Can<ManageBudgets>,
    subject: WindowSubject,
    category: Category,
) -> Result<(), Error> {
    let _ = (services, can, subject, category);
    Err(Error::Broken("not built yet".to_owned()))
}
