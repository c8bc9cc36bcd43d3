//! What a form post without scripts leaves for the page shown next.
//!
//! The browser holds a random token in a short-lived cookie, the row its hash and a text that only the token opens. A
//! row is read once, and only with the session it was made in.
//!
//! No row is written without a session: the form of a visitor is small and travels in the cookie itself, behind the
//! token that opens it. It holds nothing but what this browser sent and was answered.

use crate::Services;
use crate::error::Error;
use crate::token::cookie_secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::flash::{Flash, FormState};
use domain::id::SessionId;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::error::Unspecified;
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::Duration;

/// How long a flash waits for its page.
pub const LIFE: Duration = Duration::minutes(10);

/// The longest value that a visitor's form keeps: the longest e-mail address.
const MAX_VISITOR_VALUE: usize = 254;
/// The longest cookie. Browsers take 4,096 bytes with its name and attributes, and reverse proxies such as nginx buffer
/// as little as 4 kB for all headers of an answer.
const MAX_COOKIE: usize = 2_048;
/// Between the token and the state of a visitor's form; in neither of them.
const SEPARATOR: char = '.';

cookie_secret! {
    /// What opens a flash, for the cookie and nowhere else.
    FlashToken
}

/// The cookie of a waiting flash. The sealed state is of no use without the token, which is not printed.
#[derive(Clone, Debug)]
pub struct FlashCookie {
    token: FlashToken,
    /// The sealed state, when it has no row.
    carried: Option<String>,
}

impl FlashCookie {
    /// Takes what a cookie holds; `None` for what cannot have been made here.
    pub fn from_cookie(raw: &str) -> Option<Self> {
        if raw.len() > MAX_COOKIE {
            return None;
        }
        let (token, carried) = match raw.split_once(SEPARATOR) {
            Some((token, carried)) => (token, Some(carried.to_owned())),
            None => (raw, None),
        };
        Some(Self { token: FlashToken::from_cookie(token)?, carried })
    }

    /// The value of the cookie.
    pub fn value(&self) -> String {
        match &self.carried {
            Some(carried) => format!("{}{SEPARATOR}{carried}", self.token.expose()),
            None => self.token.expose().to_owned(),
        }
    }
}

/// Keeps a flash. Returns its cookie.
///
/// # Errors
/// The database failed.
pub async fn keep(services: &Services, session: Option<SessionId>, flash: &Flash) -> Result<FlashCookie, Error> {
    let token = FlashToken::random(services);
    if let (None, Flash::Form(form)) = (session, flash) {
        return carry(token, form);
    }
    let state = sealed(&token, flash)?;
    let now = services.clock.now();
    sqlx::query!(
        "with swept as (delete from form_states where expires_at <= $4)
         insert into form_states (token_hash, session_id, state, expires_at) values ($1, $2, $3, $5)",
        token.hash(),
        session.map(|session| session.0),
        Value::String(state),
        now,
        now + LIFE
    )
    .execute(&services.pool)
    .await?;
    Ok(FlashCookie { token, carried: None })
}

/// Takes the flash behind a cookie, once: the browser is told to forget the cookie, and a row is deleted.
///
/// # Errors
/// The database failed. An unknown, old or foreign cookie is `Ok(None)`.
pub async fn take(
    services: &Services,
    session: Option<SessionId>,
    cookie: &FlashCookie,
) -> Result<Option<Flash>, Error> {
    let token = &cookie.token;
    if let Some(carried) = &cookie.carried {
        let flash = opened(token, carried).filter(|flash| matches!(flash, Flash::Form(_)));
        return Ok(flash.filter(|_| session.is_none()));
    }
    let row = sqlx::query!(
        "delete from form_states where token_hash = $1 and session_id is not distinct from $2 and expires_at > $3
         returning state",
        token.hash(),
        session.map(|session| session.0),
        services.clock.now()
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.and_then(|row| opened(token, row.state.as_str()?)))
}

/// Puts the form of a visitor into the cookie. Values that make it too long for one are left out.
fn carry(token: FlashToken, form: &FormState) -> Result<FlashCookie, Error> {
    let mut form = form.clone();
    form.values.values_mut().for_each(|value| value.truncate(value.floor_char_boundary(MAX_VISITOR_VALUE)));
    let carried = Some(sealed(&token, &Flash::Form(form.clone()))?);
    let cookie = FlashCookie { token, carried };
    if cookie.value().len() <= MAX_COOKIE {
        return Ok(cookie);
    }
    form.values.clear();
    let carried = Some(sealed(&cookie.token, &Flash::Form(form))?);
    Ok(FlashCookie { carried, ..cookie })
}

/// The state as a text, closed with a key that is nowhere but in the browser's cookie.
fn sealed(token: &FlashToken, flash: &Flash) -> Result<String, Error> {
    let mut text = serde_json::to_vec(flash).map_err(|fault| Error::Broken(fault.to_string()))?;
    let close = |key: LessSafeKey| key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut text);
    key(token).and_then(close).map_err(|_| Error::Broken("a form's state cannot be sealed".to_owned()))?;
    Ok(STANDARD.encode(text))
}

fn opened(token: &FlashToken, state: &str) -> Option<Flash> {
    let mut text = STANDARD.decode(state).ok()?;
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
    use crate::testing::{World, count_statements};
    use domain::error::Refusal;
    use domain::role::PlatformRole;

    fn notice() -> Flash {
        Flash::Notice { text: "Ada k7mf-2xqp-wd4n-hv9t-c3ya".to_owned(), undo: None }
    }

    fn form(values: &[(&str, &str)]) -> Flash {
        let values = values.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        Flash::Form(FormState { form: "sign-in".to_owned(), values, refusal: Refusal::TooMany(900) })
    }

    async fn session(world: &World) -> Option<SessionId> {
        Some(world.person("Ada", PlatformRole::User).await.actor.session_id)
    }

    async fn rows(world: &World) -> i64 {
        let count = sqlx::query_scalar("select count(*) from form_states").fetch_one(world.services.pool()).await;
        count.expect("a count")
    }

    /// What the browser sends back.
    fn returned(cookie: &FlashCookie) -> FlashCookie {
        FlashCookie::from_cookie(&cookie.value()).expect("a cookie of ours")
    }

    #[tokio::test]
    async fn the_database_never_shows_a_notice() {
        let world = World::create().await;
        let session = session(&world).await;
        let cookie = keep(&world.services, session, &notice()).await.expect("kept");
        let (token, cookie) = (cookie.token.clone(), returned(&cookie));
        let row: String = sqlx::query_scalar("select f::text from form_states f")
            .fetch_one(world.services.pool())
            .await
            .expect("a row");
        assert!(!row.contains("k7mf") && !row.contains("Ada") && !row.contains(token.expose()), "{row}");
        let state: Value =
            sqlx::query_scalar("select state from form_states").fetch_one(world.services.pool()).await.expect("a row");
        let stored = FlashToken(STANDARD.encode(token.hash()).into());
        assert_eq!(opened(&stored, state.as_str().expect("a text")), None, "what the row says does not open it");
        assert_eq!(take(&world.services, None, &cookie).await.expect("read"), None, "another session's");
        assert_eq!(take(&world.services, session, &cookie).await.expect("read"), Some(notice()));
        assert_eq!(take(&world.services, session, &cookie).await.expect("read"), None, "read once");
    }

    #[tokio::test]
    async fn form_of_a_visitor_travels_in_the_cookie_and_writes_nothing() {
        let world = World::create().await;
        let sent = form(&[("email", "zażółć@example.com")]);
        let (cookie, statements) = count_statements(keep(&world.services, None, &sent)).await;
        let cookie = returned(&cookie.expect("kept"));
        assert_eq!((statements, rows(&world).await), (0, 0));
        assert_eq!(take(&world.services, None, &cookie).await.expect("read"), Some(sent));
        let session = session(&world).await;
        assert_eq!(take(&world.services, session, &cookie).await.expect("read"), None, "it was sent without a session");
    }

    #[tokio::test]
    async fn form_of_a_visitor_is_cut_to_what_a_cookie_holds() {
        let world = World::create().await;
        let long = "é".repeat(32_000);
        let kept = keep(&world.services, None, &form(&[("email", &long)])).await.expect("kept");
        assert!(kept.value().len() <= MAX_COOKIE);
        let shown = take(&world.services, None, &returned(&kept)).await.expect("read");
        assert_eq!(shown, Some(form(&[("email", &"é".repeat(127))])));

        let names: Vec<String> = (0..100).map(|number| format!("field-{number}")).collect();
        let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "\u{1}\u{1}\u{1}")).collect();
        let kept = keep(&world.services, None, &form(&many)).await.expect("kept");
        assert!(kept.value().len() <= MAX_COOKIE);
        assert_eq!(take(&world.services, None, &returned(&kept)).await.expect("read"), Some(form(&[])));
        assert_eq!(rows(&world).await, 0);
    }

    #[tokio::test]
    async fn cookie_of_a_visitor_carries_forms_alone() {
        let world = World::create().await;
        let token = FlashToken::random(&world.services);
        for planted in [notice(), Flash::Notice { text: "Send your password to Eve.".to_owned(), undo: None }] {
            let carried = Some(sealed(&token, &planted).expect("sealed"));
            let cookie = FlashCookie { token: token.clone(), carried };
            assert_eq!(take(&world.services, None, &cookie).await.expect("read"), None);
        }
        for bad in
            ["", ".", "a.b", &format!("{}.", "a".repeat(42)), &format!("{}.{}", "a".repeat(43), "A".repeat(2_100))]
        {
            assert!(FlashCookie::from_cookie(bad).is_none(), "{bad}");
        }
        let empty = FlashCookie::from_cookie(&format!("{}.", "a".repeat(43))).expect("nothing is carried");
        assert_eq!(take(&world.services, None, &empty).await.expect("read"), None);
    }

    #[test]
    fn a_text_that_was_changed_is_none() {
        let token = FlashToken("token".into());
        let state = sealed(&token, &notice()).expect("sealed");
        assert_eq!(opened(&token, &state), Some(notice()));
        assert_eq!(opened(&FlashToken("another".into()), &state), None);
        let flipped = if state.starts_with('A') { "B" } else { "A" };
        assert_eq!(opened(&token, &format!("{flipped}{}", &state[1..])), None);
        for foreign in ["not base64!", ""] {
            assert_eq!(opened(&token, foreign), None);
        }
    }
}
