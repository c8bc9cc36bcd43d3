//! What the page reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::explain::{AccessQuery, PermissionHolders, UserAnswer};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The answer to the question in the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessAnswer {
    /// The identity provider keeps the rights.
    KeptByProvider,
    /// No user or no permission is chosen yet.
    NothingAsked,
    /// What a user can do.
    User(UserAnswer),
    /// Who holds a permission.
    Who(PermissionHolders),
}

/// Answers the question.
#[server(prefix = "/data", endpoint = "effective-access")]
pub async fn explain_access(query: AccessQuery) -> Result<WithServerTime<AccessAnswer>, PageError> {
    use domain::actor::Target;
    use domain::error::Refusal;
    use domain::explain::AccessView;
    use domain::mode::Mode;
    use domain::permission::ViewAccessMatrix;
    use services::views::explain;
    crate::page::load_page(|services, caller| async move {
        let can = caller.can::<ViewAccessMatrix>(Target::Platform)?;
        let AccessQuery { view, user, project, permission, cursor, size } = query;
        if services.settings().mode == Mode::Keycloak {
            return Ok(AccessAnswer::KeptByProvider);
        }
        match (view, user, permission) {
            (AccessView::User, Some(user), permission) => {
                let answer = explain::user(&services, &can, &user, project.as_ref(), permission).await?;
                Ok(AccessAnswer::User(answer))
            }
            (AccessView::Who, _, Some(permission)) => {
                let found =
                    explain::holders(&services, &can, permission, project.as_ref(), cursor.as_ref(), size).await;
                match found.map_err(Refusal::from) {
                    Err(Refusal::NotFound) => Ok(AccessAnswer::User(UserAnswer::UnknownProject)),
                    found => Ok(AccessAnswer::Who(found?)),
                }
            }
            _ => Ok(AccessAnswer::NothingAsked),
        }
    })
    .await
}
