//! Which budget pays for a user in a project, and why, for explanations: the answer that a reservation would get.

use super::payer::{Charge, Payer, Spender, resolve};
use crate::Services;
use crate::error::Error;
use domain::budget::{Category, Limits};
use domain::id::UserId;
use domain::project::ProjectName;
use domain::spend::{PayingBudget, ProjectRef, SpendSubject, UserRef};
use time::OffsetDateTime;

/// What pays in a category.
#[derive(Clone, Debug)]
pub(crate) struct Paying {
    pub(crate) category: Category,
    /// The budget with its limits and since when it is assigned; `None` when none pays.
    pub(crate) budget: Option<(PayingBudget, Limits, OffsetDateTime)>,
    /// Whether it is a budget of the project, not one of the user or a default one.
    pub(crate) is_of_project: bool,
    /// The member's share of it.
    pub(crate) share: Option<Limits>,
    /// Why a call would be denied whatever is left.
    pub(crate) denial: Option<String>,
}

/// Every category in its order. One statement.
pub(crate) async fn paying(services: &Services, user: UserId, project: &ProjectName) -> Result<Vec<Paying>, Error> {
    let (user, project) = (UserRef::parse(&user.to_string()), ProjectRef::parse(project.as_str()));
    // Gateways cannot name such a project either.
    let (Ok(user), Ok(project)) = (user, project) else { return Ok(Vec::new()) };
    let Ok(subject) = SpendSubject::new(Some(user), Some(project)) else { return Ok(Vec::new()) };
    let spenders = Category::ALL.map(|category| Spender { subject: &subject, category, personal: false });
    let payers = resolve(&services.pool, &spenders).await?;
    Ok(Category::ALL.into_iter().zip(payers).map(|(category, payer)| of(category, &payer)).collect())
}

fn of(category: Category, payer: &Payer) -> Paying {
    let charges: Vec<&Charge> = payer.charges.iter().map(AsRef::as_ref).collect();
    let budget = charges.first().copied();
    Paying {
        category,
        budget: budget.map(|charge| (charge.budget.clone(), charge.limits, charge.since)),
        is_of_project: budget.is_some_and(|charge| charge.slot.project_id.is_some()),
        share: charges.get(1).map(|charge| charge.limits),
        denial: payer.check_may_call().err().map(|refusal| refusal.to_string()),
    }
}
