//! Spend: which budget pays, reservations before calls, the ledger of what was spent, and windows that end.
//!
//! A reservation is one transaction: it reads which budget pays at this moment, without locks, then locks the windows in
//! the order of their ids, checks that there is room, and counts. Nothing is cached, so a budget that is edited, assigned
//! or unassigned holds from the next reservation on. Locks are taken in this order: reservations, windows, keys, totals.
//!
//! Single reservations, and single settlements, that arrive at the same moment are decided together ([`queue`]).
//!
//! Whatever meets another transaction on its way (a reset, the same key at the same moment) begins again.

mod digest;
mod expire;
mod ingest;
mod ledger;
mod partitions;
mod payer;
mod paying;
mod queue;
mod release;
mod reserve;
mod reset;
mod settle;
mod sums;
mod windows;

pub use expire::expire;
pub use ingest::ingest;
pub use partitions::prepare;
pub(crate) use paying::{Paying, paying};
pub(crate) use queue::Queue;
pub use release::release_many;
pub use reserve::reserve_many;
pub use reset::{WindowSubject, reset};
pub use settle::settle_many;
pub use sums::add_up;

use crate::error::Error;
use domain::error::Refusal;

/// How often a request begins again before it is refused as [`Refusal::Unavailable`].
const ATTEMPTS: usize = 5;

/// Runs `attempt` until it comes to an answer.
async fn until_answered<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<Option<T>, Error>>,
{
    for _ in 0..ATTEMPTS {
        if let Some(answer) = attempt().await? {
            return Ok(answer);
        }
    }
    Err(Refusal::Unavailable.into())
}
