//! Spend as gateways reserve and report it: requests, decisions, and the codes of what is refused.

mod amount;
mod event;
mod refusal;
mod reserve;
mod settle;
mod subject;

pub use crate::usage::SpendWindow;
pub use amount::{MAX_AMOUNT, SpendAmount};
pub use event::{EventFields, EventOutcome, KEY_RETENTION, MAX_CLOCK_SKEW, SpendEvent};
pub use refusal::SpendRefusal;
pub use reserve::{
    Allowance, DEFAULT_LIFETIME, Decision, Denial, MAX_LIFETIME, PayingBudget, ReserveFields, ReserveRequest,
};
pub use settle::{
    MAX_TOKENS, Release, ReleaseOutcome, ReservationRef, SettleFields, SettleOutcome, Settlement, Tokens,
};
pub use subject::{Model, ProjectRef, SpendKey, SpendSubject, UserRef};
