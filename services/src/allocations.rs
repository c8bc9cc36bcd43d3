//! Budgets that belong to one project: created by themselves or as a group with one total, and shared out among the
//! members. Equal shares are computed wherever they are read; only fixed shares are stored.

mod budget;
mod equal;
mod group;
mod group_budgets;
mod shares;
mod stored;

pub use budget::{Located, create, delete, edit, locate, rebalance};
pub use group::{create_group, delete_group, edit_group, locate_group, rebalance_group};
pub use shares::{clear_share, set_share};

pub(crate) use equal::equal_shares;
pub(crate) use stored::fixed_share;

use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::projects::{of_proof, stored_kind};
use domain::id::ProjectId;
use domain::permission::Asks;
use domain::project::ProjectKind;
use domain::violation::Violation;

/// The project of a change, whose row is locked.
struct LockedProject {
    id: ProjectId,
    name: String,
}

/// The project that a change is about.
///
/// # Errors
/// It is personal: its owner's budgets pay for it.
async fn shared_project<P: Asks>(change: &mut Change<'_>, can: &Can<P>) -> Result<LockedProject, Error> {
    let id = of_proof(can)?;
    let row = sqlx::query!("select name, project_type from projects where id = $1", id.0)
        .fetch_one(change.connection())
        .await?;
    if stored_kind(&row.project_type)? == ProjectKind::Personal {
        return Err(Violation::BudgetForPersonalProject.into());
    }
    Ok(LockedProject { id, name: row.name })
}
