//! Budgets: limits and a duration, which customers share by name while each has a spend of its own.

use crate::{Error, LiteLlm};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A budget as it is put. LiteLLM keeps amounts as floating-point numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Its name.
    pub budget_id: String,
    /// US dollars; calls are refused above. `None` is no limit.
    pub max_budget: Option<f64>,
    /// US dollars; nothing is refused.
    pub soft_budget: Option<f64>,
    /// A number and a unit, like `30d`, `12h` or `90m`. `None` is never reset.
    pub budget_duration: Option<String>,
}

/// A budget as LiteLLM tells it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredBudget {
    /// What can be put.
    #[serde(flatten)]
    pub budget: Budget,
    /// RFC 3339; when the spend of its customers is set to zero next.
    pub budget_reset_at: Option<String>,
}

impl Budget {
    /// The fields in which another one differs, as an update sends them.
    fn changes(&self, to: &Self) -> Map<String, Value> {
        let fields = |budget: &Self| {
            [
                ("max_budget", json!(budget.max_budget)),
                ("soft_budget", json!(budget.soft_budget)),
                ("budget_duration", json!(budget.budget_duration)),
            ]
        };
        let pairs = fields(self).into_iter().zip(fields(to));
        pairs.filter(|(old, new)| old != new).map(|(_, (name, value))| (name.to_owned(), value)).collect()
    }
}

impl LiteLlm {
    /// Every budget.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn budgets(&self) -> Result<Vec<StoredBudget>, Error> {
        self.get(&["budget", "list"], &[]).await
    }

    /// Creates a budget, or changes the fields in which it differs.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn put_budget(&self, budget: &Budget) -> Result<(), Error> {
        let Some(stored) = self.budget(&budget.budget_id).await? else {
            return self.post::<Value>(&["budget", "new"], budget).await.map(drop);
        };
        let mut changes = stored.budget.changes(budget);
        if changes.is_empty() {
            return Ok(());
        }
        changes.insert("budget_id".to_owned(), budget.budget_id.clone().into());
        self.post::<Value>(&["budget", "update"], &changes).await.map(drop)
    }

    /// Deletes a budget, if it is there. Its customers have none then.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn delete_budget(&self, id: &str) -> Result<(), Error> {
        if self.budget(id).await?.is_none() {
            return Ok(());
        }
        self.post::<Value>(&["budget", "delete"], &json!({ "id": id })).await.map(drop)
    }

    async fn budget(&self, id: &str) -> Result<Option<StoredBudget>, Error> {
        let found: Vec<StoredBudget> = self.post(&["budget", "info"], &json!({ "budgets": [id] })).await?;
        Ok(found.into_iter().next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_that_stays_is_not_sent_again() {
        let duration = Some("30d".to_owned());
        let old =
            Budget { budget_id: "b".into(), max_budget: Some(10.0), soft_budget: Some(8.0), budget_duration: duration };
        let new = Budget { max_budget: Some(12.5), soft_budget: None, ..old.clone() };
        assert_eq!(Value::from(old.changes(&new)), json!({ "max_budget": 12.5, "soft_budget": null }));
        assert!(old.changes(&old).is_empty());
    }
}
