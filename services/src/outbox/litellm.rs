//! Objects of a LiteLLM proxy: each message says what one of them has to be.

use litellm_admin::{Budget, Customer, LiteLlm};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an object has to be. Sent again, it changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
pub(crate) enum Put {
    Budget(Budget),
    Customer(Customer),
    /// There is no budget of this name.
    NoBudget {
        budget_id: String,
    },
}

/// Has the proxy make an object what the message says.
///
/// # Errors
/// Says in a sentence why it did not.
pub(super) async fn send(proxy: &LiteLlm, payload: &Value) -> Result<(), String> {
    let put = Put::deserialize(payload).map_err(|fault| format!("The message cannot be read: {fault}."))?;
    let sent = match &put {
        Put::Budget(budget) => proxy.put_budget(budget).await,
        Put::Customer(customer) => proxy.put_customer(customer).await,
        Put::NoBudget { budget_id } => proxy.delete_budget(budget_id).await,
    };
    sent.map_err(|fault| fault.to_string())
}
