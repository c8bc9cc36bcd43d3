//! Every cookie of the console: name, lifetime and attributes; server only.
//!
//! A browser keeps a `__Host-` cookie for this host alone and returns it over TLS only. No script reads one.

mod read;

use crate::theme::Theme;
use cookie::{Cookie, SameSite};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use services::client::{DeviceToken, SessionToken};
use services::forms::{self, FlashCookie};
use services::handover::{self, HandoverToken};
use services::identity::flow::{self, FlowSecret};
use services::kept_form;
use services::sign_in;
use std::borrow::Cow;
use time::Duration;

const THEME_LIFETIME: Duration = Duration::days(365);

/// The name of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieName {
    /// The session.
    Session,
    /// A browser that a user has signed in from.
    Device,
    /// What the last form left for the next page.
    Flash,
    /// A form that was sent after its session had ended.
    KeptForm,
    /// What opens the one-time passwords to hand over.
    Handover,
    /// A sign-in at the identity provider that has not come back.
    SignIn,
    /// Light or dark.
    Theme,
}

impl CookieName {
    /// As it stands in the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "__Host-bursar",
            Self::Device => "__Host-bursar-device",
            Self::Flash => "__Host-bursar-form",
            Self::KeptForm => "__Host-bursar-kept-form",
            Self::Handover => "__Host-bursar-handover",
            Self::SignIn => "__Host-bursar-sign-in",
            Self::Theme => "__Host-bursar-theme",
        }
    }

    /// The value that a browser sent, if there is one and one only.
    pub fn read(self, headers: &HeaderMap) -> Option<&str> {
        read::value(headers, self.as_str())
    }

    /// Has the browser delete the cookie.
    pub fn remove(self) -> Cookie<'static> {
        self.with("", Duration::ZERO)
    }

    /// Every cookie is made here, so that none lacks an attribute.
    fn with(self, value: impl Into<Cow<'static, str>>, lifetime: Duration) -> Cookie<'static> {
        Cookie::build((self.as_str(), value))
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax)
            .path("/")
            .max_age(lifetime)
            .build()
    }
}

/// Keeps a session in the browser.
pub fn session(token: &SessionToken, lifetime: Duration) -> Cookie<'static> {
    CookieName::Session.with(token.expose().to_owned(), lifetime)
}

/// Marks the browser as known.
pub fn device(token: &DeviceToken) -> Cookie<'static> {
    CookieName::Device.with(token.expose().to_owned(), sign_in::DEVICE_LIFETIME)
}

/// Points to what the next page shows once.
pub fn flash(flash: &FlashCookie) -> Cookie<'static> {
    CookieName::Flash.with(flash.value(), forms::LIFE)
}

/// Keeps a sealed form until its user signs in again.
pub fn kept_form(sealed: String) -> Cookie<'static> {
    CookieName::KeptForm.with(sealed, kept_form::KEPT_FOR)
}

/// Opens the one-time passwords that this browser hands over.
pub fn handover(token: &HandoverToken) -> Cookie<'static> {
    CookieName::Handover.with(token.expose().to_owned(), handover::SHOWN_FOR)
}

/// Binds a sign-in at the identity provider to the browser that began it.
pub fn sign_in(secret: &FlowSecret) -> Cookie<'static> {
    CookieName::SignIn.with(secret.expose().to_owned(), flow::FLOW_LIFETIME)
}

/// Keeps the colours that the user chose.
pub fn theme(theme: Theme) -> Cookie<'static> {
    CookieName::Theme.with(theme.key(), THEME_LIFETIME)
}

/// Adds a cookie to the headers of an answer.
pub fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    headers.extend(header_value(cookie).map(|value| (SET_COOKIE, value)));
}

/// Adds a cookie to the answer of the running server function.
pub(crate) fn set(cookie: &Cookie<'_>) {
    if let (Some(response), Some(value)) = (use_context::<ResponseOptions>(), header_value(cookie)) {
        response.append_header(SET_COOKIE, value);
    }
}

/// Deletes a cookie with the answer of the running server function.
pub(crate) fn remove(name: CookieName) {
    set(&name.remove());
}

fn header_value(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    HeaderValue::try_from(cookie.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_has_the_attributes_that_the_documentation_lists() {
        let secret = "a".repeat(43);
        let token = SessionToken::from_cookie(&secret).expect("a token");
        let cookies = [
            session(&token, Duration::hours(24)),
            device(&DeviceToken::from_cookie(&secret).expect("a token")),
            flash(&FlashCookie::from_cookie(&secret).expect("a token")),
            kept_form("sealed".to_owned()),
            handover(&HandoverToken::derived(&token)),
            sign_in(&FlowSecret::from_cookie(&secret).expect("a secret")),
            theme(Theme::Dark),
        ];
        let documentation = include_str!("../../docs/security.md");
        let documented: Vec<_> = documentation.lines().filter(|line| line.starts_with("| `__Host-")).collect();
        assert_eq!(documented.len(), cookies.len(), "{documented:?}");
        for (cookie, row) in cookies.iter().zip(documented) {
            assert_eq!(cookie.secure(), Some(true), "{row}");
            assert_eq!(cookie.http_only(), Some(true), "{row}");
            assert_eq!(cookie.same_site(), Some(SameSite::Lax), "{row}");
            assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None), "{row}");
            let seconds = cookie.max_age().expect("a lifetime").whole_seconds();
            assert!(row.starts_with(&format!("| `{}` | {seconds} |", cookie.name())), "{cookie} is not {row}");
        }
    }
}
