//! What is in the proxy beside what has to be there: changes that others made, and before pushing is started the plan.

use super::objects::{self, Object, Wanted};
use super::{plan, proxy, refused, start};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use crate::outbox::Put;
use domain::litellm::{Comparison, Difference, FieldDifference, ObjectKind, Push};
use domain::money::Money;
use domain::permission::{ManageBudgets, ViewBudgets};
use litellm_admin::{Budget, LiteLlm, StoredBudget, StoredCustomer};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What the proxy has.
struct There {
    budgets: BTreeMap<String, Budget>,
    customers: BTreeMap<String, StoredCustomer>,
}

impl There {
    async fn read(proxy: &LiteLlm) -> Result<Self, litellm_admin::Error> {
        let (budgets, customers) = (proxy.budgets().await?, proxy.customers().await?);
        let budget = |stored: StoredBudget| (stored.budget.budget_id.clone(), stored.budget);
        let customer = |stored: StoredCustomer| (stored.user_id.clone(), stored);
        Ok(Self {
            budgets: budgets.into_iter().map(budget).collect(),
            customers: customers.into_iter().map(customer).collect(),
        })
    }

    /// What a push changes; `None` when nothing. `titles` are those of budgets, by their names in LiteLLM.
    fn push(&self, put: &Put, titles: &BTreeMap<String, String>) -> Option<Push> {
        match put {
            Put::Budget(budget) => {
                let there = self.budgets.get(&budget.budget_id);
                push(there.map(fields_of_budget), &fields_of_budget(budget))
            }
            Put::Customer(customer) => {
                let there = self.customers.get(&customer.user_id);
                let fields = |budget, blocked, models| fields_of_customer((budget, blocked, models), titles);
                let there = there.map(|there| {
                    // What a version does not tell is taken as it has to be.
                    let models = there.models().unwrap_or(&customer.models);
                    fields(there.budget_id(), there.is_blocked(), models)
                });
                push(there, &fields(customer.budget_id.as_deref(), customer.blocked, &customer.models))
            }
            // Once it is deleted, one of its name is not Bursar's.
            Put::NoBudget { .. } => None,
        }
    }
}

/// A name, and a value in words.
type Field = (&'static str, Option<String>);

fn fields_of_budget(budget: &Budget) -> [Field; 3] {
    [
        ("Hard limit", budget.max_budget.map(dollars)),
        ("Soft limit", budget.soft_budget.map(dollars)),
        ("Reset period", budget.budget_duration.clone()),
    ]
}

fn fields_of_customer(
    (budget, blocked, models): (Option<&str>, bool, &[String]),
    titles: &BTreeMap<String, String>,
) -> [Field; 3] {
    let blocked = if blocked { "Yes" } else { "No" };
    let budget = budget.map(|id| titles.get(id).map_or(id, String::as_str).to_owned());
    let models = if models.is_empty() { "All".to_owned() } else { models.join(", ") };
    [("Budget", budget), ("Blocked", Some(blocked.to_owned())), ("Models", Some(models))]
}

/// As users read amounts; what is no amount of ours as LiteLLM writes it.
fn dollars(amount: f64) -> String {
    let money = Decimal::try_from(amount).ok().and_then(Money::rounded);
    money.map_or_else(|| amount.to_string(), |money| money.to_string())
}

fn push<const N: usize>(there: Option<[Field; N]>, here: &[Field; N]) -> Option<Push> {
    let Some(there) = there else {
        let new = here.iter().map(|(field, here)| difference(field, None, here.clone()));
        return Some(Push::Create(new.filter(|difference| difference.here.is_some()).collect()));
    };
    let pairs = there.into_iter().zip(here).filter(|((_, there), (_, here))| there != here);
    let fields: Vec<_> = pairs.map(|((field, there), (_, here))| difference(field, there, here.clone())).collect();
    (!fields.is_empty()).then_some(Push::Update(fields))
}

fn difference(field: &str, there: Option<String>, here: Option<String>) -> FieldDifference {
    FieldDifference { field: field.to_owned(), there, here }
}

/// Compares everything, or says why the proxy does not tell. Two requests to it, two statements.
///
/// # Errors
/// [`LiteLlmNotConfigured`](domain::violation::Violation::LiteLlmNotConfigured), or the database failed.
pub async fn compare(services: &Services, _: &Can<ViewBudgets>) -> Result<Result<Comparison, String>, Error> {
    let there = match There::read(proxy(services)?).await {
        Ok(there) => there,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let mut comparison = Comparison::default();
    let (mut known, mut titles) = (BTreeSet::new(), BTreeMap::new());
    for object in objects::load(services, Wanted::All, None).await? {
        let put = object.put()?;
        if matches!(put, Put::NoBudget { .. }) {
            continue;
        }
        let (kind, id) = Object::identity(&put);
        known.insert((kind, id.to_owned()));
        // Budgets come first.
        if kind == ObjectKind::Budget {
            titles.insert(id.to_owned(), object.title.clone());
        }
        match there.push(&put, &titles) {
            Some(push) => comparison.add(Difference {
                kind,
                id: id.to_owned(),
                title: object.title,
                push,
                is_waiting: object.is_waiting,
            }),
            None => comparison.same += 1,
        }
    }
    let budgets = there.budgets.into_keys().map(|id| (ObjectKind::Budget, id));
    let customers = there.customers.into_keys().map(|id| (ObjectKind::Customer, id));
    comparison.foreign = budgets.chain(customers).filter(|object| !known.contains(object)).count();
    Ok(Ok(comparison))
}

/// Pushes what differs in the proxy once more. Returns how many objects.
///
/// # Errors
/// [`LiteLlmRefused`](domain::violation::Violation::LiteLlmRefused) when the proxy does not answer; else as [`compare`], and
/// the refusals of every change.
pub async fn push_again(services: &Services, can: &Can<ManageBudgets>) -> Result<usize, Error> {
    // Who may not is told before the proxy is asked, which takes its time.
    drop(services.change(can).await?);
    let proxy = proxy(services)?;
    let there = There::read(proxy).await.map_err(|fault| refused(&fault))?;
    let mut differing = Vec::new();
    for object in objects::load(services, Wanted::All, None).await? {
        if !object.is_waiting && there.push(&object.put()?, &BTreeMap::new()).is_some() {
            differing.push(object);
        }
    }
    let mut change = services.change(can).await?;
    if !start::hold(services, change.connection()).await? {
        return Ok(0);
    }
    plan::write(services, change.connection(), &differing).await?;
    if !differing.is_empty() {
        let entry = Entry::new(Action::LiteLlmPushedAgain, TargetType::LiteLlm, services.new_id(), proxy.address());
        change.record(entry.set("objects", differing.len())).await?;
    }
    change.commit().await?;
    Ok(differing.len())
}
