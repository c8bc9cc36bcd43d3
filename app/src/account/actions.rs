//! What one can do to one's own account.

use crate::error::PageError;
use crate::send::Sent;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::next::NextPath,
    crate::paths,
    crate::request::{info, parse_id, services, signed_in},
    crate::send::{DEVICE_COOKIE, Done, Form, SESSION_COOKIE, session_cookie, set_cookie},
    crate::theme::Theme,
    domain::actor::Target,
    domain::error::Refusal,
    domain::form::FieldErrors,
    services::sign_in::KNOWN_FOR,
};

/// Signs somebody in with e-mail address and password.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "sign-in")]
pub async fn sign_in(email: String, password: String, next: String) -> Result<Sent, PageError> {
    let form = Form::new("sign-in", [("email", &email)]);
    form.submit(async move {
        let (services, client) = (services()?, info()?.client);
        if let Some(identity) = services.identity() {
            return Err(Refusal::Forbidden(format!("Sign in with {}.", identity.kind().title())).into());
        }
        let signed_in = services::sign_in::with_password(&services, &email, password, &client).await?;
        let life = services.settings().session_life.whole_seconds();
        set_cookie(&session_cookie(&signed_in.token, life));
        let (device, known_for) = (signed_in.device.expose(), KNOWN_FOR.whole_seconds());
        set_cookie(&format!("{DEVICE_COOKIE}={device}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={known_for}"));
        let next = NextPath::parse(&next).unwrap_or_default();
        Ok(Done::at(if signed_in.password_change_due { paths::CHANGE_PASSWORD } else { next.as_str() }))
    })
    .await
}

/// Ends the session of this browser, and leads on to end the identity provider's.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "sign-out")]
pub async fn sign_out() -> Result<Sent, PageError> {
    let form = Form::new("sign-out", []);
    form.submit(async move {
        let elsewhere = match info()?.session_token {
            Some(token) => services::identity::logout::sign_out(&services()?, &token).await?,
            None => None,
        };
        forget_session();
        Ok(Done::at(elsewhere.unwrap_or_else(|| paths::SIGN_IN.to_owned())))
    })
    .await
}

/// Changes one's password; every other session ends. Also open while a change is due.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "account/change-password")]
pub async fn change_password(
    current_password: String,
    new_password: String,
    repeated: String,
) -> Result<Sent, PageError> {
    let form = Form::new("change-password", []);
    form.submit(async move {
        let caller = info()?.caller.ok_or(Refusal::SignedOut)?;
        let was_due = caller.actor.password_change_due;
        if new_password != repeated {
            return Err(FieldErrors::one("repeated", "Enter the same new password here again.").into());
        }
        services::own_account::change_password(&services()?, &caller, current_password, &new_password).await?;
        // The first page leads on at once and could not show a notice.
        Ok(if was_due {
            Done::at("/")
        } else {
            Done::here().saying("Password changed. Your other sessions have ended.")
        })
    })
    .await
}

/// Ends one of one's own sessions.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "account/end-session")]
pub async fn end_session(session: String) -> Result<Sent, PageError> {
    let form = Form::new("sessions", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        services::session::end_one(&services, &caller.can(Target::Own)?, parse_id(&session)?).await?;
        Ok(Done::here().saying("Session ended."))
    })
    .await
}

/// Signs out everywhere, here too.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "account/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<Sent, PageError> {
    let form = Form::new("sessions", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        services::session::end_all(&services, &caller.can(Target::Own)?).await?;
        forget_session();
        Ok(Done::at(paths::SIGN_IN))
    })
    .await
}

/// Chooses the colours of this browser.
///
/// # Errors
/// As [`PageError`].
#[server(prefix = "/act", endpoint = "appearance")]
pub async fn set_theme(theme: String) -> Result<Sent, PageError> {
    let form = Form::new("appearance", []);
    form.submit(async move {
        let theme = Theme::parse(&theme);
        let year = 365 * 24 * 60 * 60;
        set_cookie(&format!(
            "{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={year}",
            Theme::COOKIE,
            theme.key()
        ));
        Ok(Done::here())
    })
    .await
}

#[cfg(feature = "ssr")]
fn forget_session() {
    set_cookie(&format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
}
