//! Forms that were sent after their session had ended, kept in the browser until the same user signs in again.
//!
//! What was typed travels in a cookie, sealed, so that no visitor writes a row. It is shown to the user whom the form was
//! rendered for and to no other user who signs in there.

use crate::Services;
use crate::error::Error;
use crate::sealer::Sealer;
use crate::token::is_secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::flash::FormState;
use domain::id::UserId;
use serde::{Deserialize, Serialize};
use time::Duration;

/// How long a browser keeps a form for its user.
pub const KEPT_FOR: Duration = Duration::hours(1);
/// The longest cookie: reverse proxies such as nginx buffer as little as 4 kB for all headers of an answer.
const MAX_COOKIE: usize = 3_200;
const PURPOSE: &str = "bursar kept form";

/// A form and the user who sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptForm {
    /// The user whom the form was rendered for.
    pub user: UserId,
    /// Their e-mail address, for the sign-in page.
    pub email: String,
    /// The path of the page it was on.
    pub page: String,
    /// What was typed. Never a password.
    pub form: FormState,
}

impl KeptForm {
    /// The value of the cookie. Without the typed values when these are too long for one.
    ///
    /// # Errors
    /// It cannot be sealed.
    pub fn to_cookie(&self, services: &Services) -> Result<String, Error> {
        let secret = services.random.secret();
        let text = serde_json::to_vec(self).map_err(|fault| Error::Broken(fault.to_string()))?;
        let sealed = Sealer::new(PURPOSE, &secret).seal(&services.random, &[], text)?;
        let cookie = format!("{secret}.{}", URL_SAFE_NO_PAD.encode(sealed));
        if cookie.len() <= MAX_COOKIE || !self.has_input() {
            return Ok(cookie);
        }
        let form = FormState { values: Default::default(), ..self.form.clone() };
        Self { form, ..self.clone() }.to_cookie(services)
    }

    /// Reads such a cookie; `None` for what cannot have been made here.
    pub fn from_cookie(raw: &str) -> Option<Self> {
        let (secret, sealed) = raw.split_once('.').filter(|(secret, _)| is_secret(secret))?;
        let text = Sealer::new(PURPOSE, secret).open(&[], &URL_SAFE_NO_PAD.decode(sealed).ok()?)?;
        serde_json::from_slice(&text).ok()
    }

    /// Whether anything that was typed is kept.
    pub fn has_input(&self) -> bool {
        !self.form.values.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use domain::error::Refusal;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn kept(description: &str) -> KeptForm {
        let values = BTreeMap::from([("description".to_owned(), description.to_owned())]);
        let form = FormState { form: "edit-project".to_owned(), values, refusal: Refusal::SignedOut };
        let (email, page) = ("ada@example.com".to_owned(), "/settings/administration/projects/atlas/edit".to_owned());
        KeptForm { user: UserId(Uuid::from_u128(1)), email, page, form }
    }

    #[tokio::test]
    async fn kept_form_returns_whole_and_its_cookie_does_not_show_it() {
        let world = World::create().await;
        // The longest description, in a script of three bytes a character.
        let sent = kept(&"計".repeat(500));
        let cookie = sent.to_cookie(&world.services).expect("sealed");
        assert!(cookie.len() <= MAX_COOKIE, "{}", cookie.len());
        assert!(!cookie.contains(&URL_SAFE_NO_PAD.encode("ada@example.com")[..12]), "{cookie}");
        assert_eq!(KeptForm::from_cookie(&cookie), Some(sent));
        let statement = sqlx::query_scalar("select count(*) from form_states");
        let rows: i64 = statement.fetch_one(world.services.pool()).await.expect("a count");
        assert_eq!(rows, 0);
    }

    #[tokio::test]
    async fn kept_form_too_long_for_a_cookie_says_that_it_has_no_input() {
        let world = World::create().await;
        let cookie = kept(&"x".repeat(5_000)).to_cookie(&world.services).expect("sealed");
        let back = KeptForm::from_cookie(&cookie).expect("a form");
        assert!(cookie.len() <= MAX_COOKIE && !back.has_input());
        assert_eq!(back.email, "ada@example.com");
    }

    #[test]
    fn kept_form_that_was_changed_is_refused() {
        for bad in ["", ".", "a.b", &format!("{}.AAAA", "a".repeat(43)), &"a".repeat(43)] {
            assert_eq!(KeptForm::from_cookie(bad), None, "{bad}");
        }
    }
}
