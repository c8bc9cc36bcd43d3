//! Moving identities.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::permitted,
    domain::count::counted,
    domain::permission::MoveIdentities,
    services::identity::issuer_move::{self, MoveConfirmation},
};

/// Moves the identities of an issuer to the configured one, as the maintainer confirmed it.
#[server(prefix = "/act", endpoint = "identity-provider/move-identities")]
pub async fn move_to_configured_issuer(
    from: String,
    to: String,
    identities: i64,
    conflicts: i64,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("move-identities", []);
    form.submit(async move {
        let (services, can) = permitted::<MoveIdentities>()?;
        let confirmed = MoveConfirmation { to: &to, identities, conflicts };
        let notice = match issuer_move::run_confirmed(&services, &can, &from, confirmed).await? {
            Some(moved) => {
                let moved = i64::try_from(moved).unwrap_or(i64::MAX);
                let moved_words = counted(moved, "user");
                match identities - moved {
                    left if left > 0 => {
                        format!("{moved_words} moved. Still to move: {}. Start the move again.", counted(left, "user"))
                    }
                    _ => format!("{moved_words} moved. They can sign in again."),
                }
            }
            None => "The move goes on. Load the page again to see what is left.".to_owned(),
        };
        Ok(Done::at(paths::MOVE_IDENTITIES).with_notice(notice))
    })
    .await
}
