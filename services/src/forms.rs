//! What a plain form post leaves for the page shown next (house plan, "Screens").
//!
//! The browser holds a random token in a short-lived cookie, the row its hash and a text that only the token opens: a
//! one-time password on its way to the page that shows it cannot be read in the database. A row is read once, and only
//! with the session it was made in.

use crate::Services;
use crate::error::Error;
use crate::token::cookie_secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::form::Flash;
use domain::id::SessionId;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::error::Unspecified;
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::Duration;

/// How long a row waits for its page.
const LIFE: Duration = Duration::minutes(10);

cookie_secret! {
    /// What opens a flash, for the cookie and nowhere else.
    FlashToken
}

/// Keeps a flash. Returns the token for the cookie.
///
/// # Errors
/// The database failed.
pub async fn keep(services: &Services, session: Option<SessionId>, flash: &Flash) -> Result<FlashToken, Error> {
    let token = FlashToken::random(services);
    let state = sealed(&token, flash)?;
    let now = services.clock.now();
    sqlx::query!(
        "with swept as (delete from form_states where expires_at <= $4)
         insert into form_states (token_hash, session_id, state, expires_at) values ($1, $2, $3, $5)",
        token.hash(),
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
pub async fn take(services: &Services, session: Option<SessionId>, token: &FlashToken) -> Result<Option<Flash>, Error> {
    let row = sqlx::query!(
        "delete from form_states where token_hash = $1 and session_id is not distinct from $2 and expires_at > $3
         returning state",
        token.hash(),
        session.map(|session| session.0),
        services.clock.now()
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.and_then(|row| opened(token, &row.state)))
}

/// The row's text, closed with a key that is nowhere but in the browser's cookie.
fn sealed(token: &FlashToken, flash: &Flash) -> Result<Value, Error> {
    let mut text = serde_json::to_vec(flash).map_err(|fault| Error::Broken(fault.to_string()))?;
    let close = |key: LessSafeKey| key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut text);
    key(token).and_then(close).map_err(|_| Error::Broken("a form's state cannot be sealed".to_owned()))?;
    Ok(Value::String(STANDARD.encode(text)))
}

fn opened(token: &FlashToken, state: &Value) -> Option<Flash> {
    let mut text = STANDARD.decode(state.as_str()?).ok()?;
    let text = key(token).ok()?.open_in_place(nonce(), Aad::empty(), &mut text).ok()?;
    serde_json::from_slice(text).ok()
}

/// Another hash of the token than the stored one, from which it cannot be found.
fn key(token: &FlashToken) -> Result<LessSafeKey, Unspecified> {
    let key = Sha256::new().chain_update("bursar form state\0").chain_update(token.expose()).finalize();
    Ok(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key)?))
}

/// Always the same: a key closes one text only.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    fn one_time_password() -> Flash {
        Flash::OneTimePassword { name: "Ada".to_owned(), password: "k7mf-2xqp-wd4n-hv9t-c3ya".to_owned() }
    }

    #[tokio::test]
    async fn the_database_never_shows_a_one_time_password() {
        let world = World::create().await;
        let token = keep(&world.services, None, &one_time_password()).await.expect("kept");
        let row: String = sqlx::query_scalar("select f::text from form_states f")
            .fetch_one(world.services.pool())
            .await
            .expect("a row");
        assert!(!row.contains("k7mf") && !row.contains("Ada") && !row.contains(token.expose()), "{row}");
        let state: Value =
            sqlx::query_scalar("select state from form_states").fetch_one(world.services.pool()).await.expect("a row");
        let stored = FlashToken(STANDARD.encode(token.hash()));
        assert_eq!(opened(&stored, &state), None, "what the row says does not open it");
        assert_eq!(take(&world.services, None, &token).await.expect("read"), Some(one_time_password()));
        assert_eq!(take(&world.services, None, &token).await.expect("read"), None, "read once");
    }

    #[test]
    fn a_text_that_was_changed_is_none() {
        let token = FlashToken("token".to_owned());
        let state = sealed(&token, &one_time_password()).expect("sealed");
        assert_eq!(opened(&token, &state), Some(one_time_password()));
        assert_eq!(opened(&FlashToken("another".to_owned()), &state), None);
        let text = state.as_str().expect("a text");
        let flipped = if text.starts_with('A') { "B" } else { "A" };
        assert_eq!(opened(&token, &Value::String(format!("{flipped}{}", &text[1..]))), None);
        for foreign in [Value::Null, Value::from("not base64!"), Value::from("")] {
            assert_eq!(opened(&token, &foreign), None);
        }
    }
}
