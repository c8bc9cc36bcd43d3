//! Customers: who calls models, by the name that calls carry.

use crate::{Error, LiteLlm};
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// A customer as it is put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The name that calls carry.
    pub user_id: String,
    /// The name of its budget, which has to exist. No request of LiteLLM takes a budget away again.
    pub budget_id: Option<String>,
    /// Whether its calls are refused, by a proxy that has the hook `blocked_user_check`; others take no notice.
    pub blocked: bool,
    /// The models that it may call; empty for all. Versions before 1.100 take no notice.
    pub models: Vec<String>,
}

/// A customer as LiteLLM tells it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredCustomer {
    /// The name that calls carry.
    pub user_id: String,
    /// US dollars since the last reset; `None` where a version tells none.
    pub spend: Option<Number>,
    blocked: Option<bool>,
    models: Option<Vec<String>>,
    budget_id: Option<String>,
    litellm_budget_table: Option<TheirBudget>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct TheirBudget {
    budget_id: Option<String>,
    budget_duration: Option<String>,
    budget_reset_at: Option<String>,
}

impl StoredCustomer {
    /// Whether its calls are refused.
    pub fn is_blocked(&self) -> bool {
        self.blocked.unwrap_or_default()
    }

    /// The name of its budget.
    pub fn budget_id(&self) -> Option<&str> {
        // Which of both a version of LiteLLM tells differs.
        let of_table = || self.litellm_budget_table.as_ref()?.budget_id.as_deref();
        self.budget_id.as_deref().or_else(of_table)
    }

    /// The models that it may call; `None` where a version tells none.
    pub fn models(&self) -> Option<&[String]> {
        self.models.as_deref()
    }

    /// After how long its spend is set to zero; `None` when never.
    pub fn duration(&self) -> Option<&str> {
        self.litellm_budget_table.as_ref()?.budget_duration.as_deref()
    }

    /// When its spend is set to zero next, as LiteLLM writes it; `None` when never.
    pub fn reset_at(&self) -> Option<&str> {
        self.litellm_budget_table.as_ref()?.budget_reset_at.as_deref()
    }

    fn is(&self, customer: &Customer) -> bool {
        self.budget_id() == customer.budget_id.as_deref()
            && self.is_blocked() == customer.blocked
            && self.models().is_none_or(|models| models == customer.models)
    }
}

impl LiteLlm {
    /// Every customer.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn customers(&self) -> Result<Vec<StoredCustomer>, Error> {
        self.get(&["customer", "list"], &[]).await
    }

    /// Creates a customer, or changes its budget and whether it is blocked. Its spend stays.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn put_customer(&self, customer: &Customer) -> Result<(), Error> {
        let put = match self.customer(&customer.user_id).await? {
            Some(stored) if stored.is(customer) => return Ok(()),
            Some(_) => self.post::<StoredCustomer>(&["customer", "update"], customer).await?,
            None => self.post(&["customer", "new"], customer).await?,
        };
        // Some versions drop fields in silence, such as `"blocked": false`.
        if put.is(customer) { Ok(()) } else { Err(Error::NotKept { address: self.address() }) }
    }

    async fn customer(&self, id: &str) -> Result<Option<StoredCustomer>, Error> {
        match self.get(&["customer", "info"], &[("end_user_id", id)]).await {
            // The words are those of any web server where the address is no LiteLLM's.
            Err(Error::Refused { status: 404, said, .. }) if said != "Not Found" => Ok(None),
            // Before version 1.80.
            Err(Error::Refused { status: 400, said, .. }) if said.contains("does not exist") => Ok(None),
            found => found.map(Some),
        }
    }
}
