//! What a plain form post leaves for the page shown next (house plan, "Screens").
//!
//! The browser holds a random token in a short-lived cookie, the row its hash. A row is read once, and only with the
//! session it was made in.

use crate::Services;
use crate::error::Error;
use crate::session::token_hash;
use domain::form::Flash;
use domain::id::SessionId;
use time::Duration;

/// How long a row waits for its page.
const LIFE: Duration = Duration::minutes(10);

/// Keeps a flash. Returns the token for the cookie.
///
/// # Errors
/// The database failed.
pub async fn keep(services: &Services, session: Option<SessionId>, flash: &Flash) -> Result<String, Error> {
    let token = services.random.secret();
    let state = serde_json::to_value(flash).map_err(|fault| Error::Broken(fault.to_string()))?;
    let now = services.clock.now();
    sqlx::query!(
        "with swept as (delete from form_states where expires_at <= $4)
         insert into form_states (token_hash, session_id, state, expires_at) values ($1, $2, $3, $5)",
        token_hash(&token),
        session.map(|session| session.0),
        state,
        now,
        now + LIFE
    )
    .execute(&services.pool)
    .await?;
    Ok(token)
}

/// Takes the flash behind a token, once.
///
/// # Errors
/// The database failed. An unknown, old or foreign token is `Ok(None)`.
pub async fn take(services: &Services, session: Option<SessionId>, token: &str) -> Result<Option<Flash>, Error> {
    let row = sqlx::query!(
        "delete from form_states where token_hash = $1 and session_id is not distinct from $2 and expires_at > $3
         returning state",
        token_hash(token),
        session.map(|session| session.0),
        services.clock.now()
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.and_then(|row| serde_json::from_value(row.state).ok()))
}
