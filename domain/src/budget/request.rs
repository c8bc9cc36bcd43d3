//! Requests for a budget with a higher hard limit: of users for themselves, and of project admins for their project.

mod draft;

pub use draft::{BudgetRequestDraft, check_approval};

use super::{AssignedBudget, Category, Holder};
use crate::id::{BudgetRequestId, UserId};
use crate::money::Money;
use crate::page::{Cursor, PageSize, Params, parse_size, push_page};
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RequestState {
    /// No maintainer has decided.
    Waiting,
    /// A budget was assigned.
    Approved,
    /// A maintainer declined it.
    Declined,
    /// The requester, or a project admin, withdrew it.
    Withdrawn,
    /// The user was deactivated or the project was deleted while it waited.
    Closed,
}

impl RequestState {
    /// In the order of the tabs.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Approved, Self::Declined, Self::Withdrawn, Self::Closed];

    /// As stored, and as it stands in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Approved => "Approved",
            Self::Declined => "Declined",
            Self::Withdrawn => "Withdrawn",
            Self::Closed => "Closed",
        }
    }

    /// Reads [`RequestState::key`].
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "waiting, approved, declined, withdrawn or closed")
    }

    /// Why a request in this state cannot be decided or withdrawn; `None` while it waits. `by` is the user who decided,
    /// unless a break-glass session did.
    pub fn refusal(self, by: Option<String>) -> Option<Violation> {
        let what = match self {
            Self::Waiting => return None,
            Self::Closed => return Some(Violation::BudgetRequestClosed),
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrew",
        };
        let by = by.unwrap_or_else(|| "A break-glass session".to_owned());
        Some(Violation::BudgetRequestSettled { by, what: what.to_owned() })
    }
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDecision {
    /// Who approved, declined or withdrew it; `None` for a break-glass session.
    pub by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why it was declined.
    pub reason: Option<String>,
    /// The name of the budget that was assigned.
    pub budget: Option<String>,
}

/// A request without its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFacts {
    /// The request.
    pub id: BudgetRequestId,
    /// What the budget would pay for.
    pub category: Category,
    /// The hard limit that is requested.
    pub hard_limit: Money,
    /// Why it is needed.
    pub reason: String,
    /// Who requested it.
    pub requested_by: String,
    /// The same user.
    pub requester_id: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub requested_at: OffsetDateTime,
    /// What has become of it.
    pub state: RequestState,
    /// How it ended; `None` while it waits and when it was closed.
    pub decision: Option<RequestDecision>,
}

/// A request as those who decide read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRequest {
    /// What is requested, and what has become of it.
    pub facts: RequestFacts,
    /// Who would have the budget; `None` for a project that was deleted since.
    pub holder: Option<Holder>,
    /// The budget that pays now, with what is spent in the window of now.
    pub present: Option<AssignedBudget>,
}

impl BudgetRequest {
    /// The holder as shown.
    pub fn holder_name(&self) -> &str {
        match &self.holder {
            Some(Holder::User { name, .. }) => name,
            Some(Holder::Project { title, .. }) => title,
            None => "Deleted project",
        }
    }

    /// Why a closed request was not decided.
    pub const fn closed_because(&self) -> Option<&'static str> {
        match (self.facts.state, &self.holder) {
            (RequestState::Closed, Some(Holder::User { .. })) => {
                Some("The user was deactivated while the request waited, which closed it.")
            }
            // A project that was purged has no requests, so that one without a holder can still be restored.
            (RequestState::Closed, _) => Some("The project was deleted while the request waited, which closed it."),
            _ => None,
        }
    }

    /// What is requested, after the holder's name: "asks for $50.00 more CLI budget", or "asks for a CLI budget". Of a request
    /// that is settled, what was: the present budget may be the one that it led to.
    pub fn in_words(&self) -> String {
        let (category, hard_limit) = (self.facts.category.title(), self.facts.hard_limit.exact());
        if self.facts.state != RequestState::Waiting {
            return format!("requested a {category} budget with a hard limit of {hard_limit}");
        }
        let present = self.present.as_ref().map(|budget| budget.limits.hard().as_decimal());
        let more = present.and_then(|present| Money::from_decimal(self.facts.hard_limit.as_decimal() - present));
        match (present, more.filter(|more| !more.is_zero())) {
            (_, Some(more)) => format!("asks for {} more {category} budget", more.exact()),
            (Some(_), None) => format!("asks for a {category} budget of {hard_limit}, which the present one allows"),
            (None, None) => format!("asks for a {category} budget"),
        }
    }
}

/// The requests that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRequests {
    /// How many there are, as far as [`MAX_WAITING_COUNT`].
    pub count: i64,
    /// The oldest of them.
    pub oldest: Vec<BudgetRequest>,
}

/// Requests that wait are counted so far.
pub const MAX_WAITING_COUNT: i64 = 100;

/// What can be requested of the list of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRequestQuery {
    /// Only requests in this state.
    pub state: Option<RequestState>,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl BudgetRequestQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            state: params.take("state", RequestState::parse),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<_> = self.state.iter().map(|state| ("state", state.key().to_owned())).collect();
        push_page(&mut pairs, self.cursor.as_ref(), self.size);
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_of_the_list_reads_back() {
        for state in RequestState::ALL.map(Some).into_iter().chain([None]) {
            let query = BudgetRequestQuery { state, ..BudgetRequestQuery::default() };
            let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
            assert_eq!(BudgetRequestQuery::from_params(&mut Params::new(pairs)), query);
        }
        let mut params = Params::new([("state".to_owned(), "lost".to_owned())]);
        assert_eq!(BudgetRequestQuery::from_params(&mut params), BudgetRequestQuery::default());
        assert_eq!(params.into_ignored(), ["state"]);
    }

    #[test]
    fn settled_request_says_who_settled_it() {
        let settled =
            |state: RequestState, by: Option<&str>| state.refusal(by.map(str::to_owned)).map(|it| it.to_string());
        assert_eq!(settled(RequestState::Waiting, None), None);
        let said = settled(RequestState::Withdrawn, Some("Ada"));
        assert_eq!(said.as_deref(), Some("Ada withdrew this request already. Nothing was changed."));
        let said = settled(RequestState::Approved, None);
        assert!(said.is_some_and(|said| said.starts_with("A break-glass session approved")));
        assert_eq!(RequestState::Closed.refusal(None), Some(Violation::BudgetRequestClosed));
    }
}
