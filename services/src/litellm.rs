//! A LiteLLM proxy that enforces budgets by itself: Bursar pushes what they are and who has them, and collects what was spent.
//!
//! What an object of LiteLLM has to be is computed from the budgets ([`objects`]), never kept. A job compares it with what
//! the proxy was told and writes messages for what differs ([`plan`]), so that no change is forgotten, also one that
//! operators make in the database. The message of an object is its state for people: waiting, failed, or pushed since.
//!
//! Nothing is pushed before a maintainer has seen what that changes there ([`start`]). Why customers are blocked rather than
//! deleted, and what this enforces: docs/adr/0017-litellm.md.

mod collect;
mod compare;
mod objects;
mod plan;
mod start;

pub use collect::collect;
pub use compare::{compare, push_again};
pub use plan::plan;
pub(crate) use start::started;
pub use start::{start, stop};

use crate::Services;
use crate::error::Error;
use domain::error::Refusal;
use domain::violation::Violation;
use litellm_admin::LiteLlm;

/// The proxy.
///
/// # Errors
/// [`Violation::LiteLlmNotConfigured`], or budgets are switched off.
fn proxy(services: &Services) -> Result<&LiteLlm, Error> {
    crate::budgets::switched_on(services)?;
    services.channels.litellm.as_ref().ok_or_else(|| Violation::LiteLlmNotConfigured.into())
}

/// What the proxy refused, or why it does not answer.
fn refused(fault: &litellm_admin::Error) -> Error {
    Refusal::from(Violation::LiteLlmRefused { why: fault.to_string() }).into()
}

impl Services {
    /// Whether spend is collected from a LiteLLM proxy.
    pub(crate) fn collects_litellm(&self) -> bool {
        self.has_litellm() && self.channels.collects_litellm
    }

    /// Whether a LiteLLM proxy is configured.
    pub fn has_litellm(&self) -> bool {
        self.settings.budgets && self.channels.litellm.is_some()
    }
}
