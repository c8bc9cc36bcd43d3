//! What one can do to one's own account.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    super::{break_glass, confirm},
    crate::cookies::{self, CookieName},
    crate::form::{Done, Form, posted},
    crate::next::NextPath,
    crate::paths,
    crate::request::{info, parse_id, services, signed_in},
    crate::theme::Theme,
    domain::actor::Target,
    domain::error::Refusal,
    domain::flash::{Flash, FormState},
    services::Services,
    services::client::SessionToken,
    services::own_account,
};

/// Signs somebody in with e-mail address and password.
#[server(prefix = "/act", endpoint = "sign-in")]
pub async fn sign_in(email: String, password: String, next: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("sign-in", [("email", &email)]);
    form.submit(async move {
        let (services, client) = (services()?, info()?.client);
        let signed_in = services::sign_in::with_password(&services, &email, password, &client).await?;
        keep_session(&services, &signed_in.token);
        cookies::set(&cookies::device(&signed_in.device));
        let next = NextPath::parse(&next).unwrap_or_default();
        let is_due = signed_in.password_change_due;
        Ok(Done::at(if is_due { next.through_password_change() } else { next.as_str().to_owned() }))
    })
    .await
}

/// Opens a session with a break-glass code. What was entered is not kept.
#[server(prefix = "/act", endpoint = "break-glass")]
pub async fn break_glass_sign_in(code: String) -> Result<FormOutcome, PageError> {
    let form = Form::new(break_glass::FORM, []);
    form.submit(async move {
        let (services, info) = (services()?, info()?);
        let signed_in = services::break_glass::sign_in(&services, &code, &info.client, &info.request_id).await?;
        cookies::set(&cookies::session(&signed_in.token, signed_in.lifetime));
        Ok(Done::at(paths::IDENTITY_PROVIDER))
    })
    .await
}

/// Ends the session of this browser, and leads on to end the identity provider's.
#[server(prefix = "/act", endpoint = "sign-out")]
pub async fn sign_out() -> Result<FormOutcome, PageError> {
    let form = Form::new("sign-out", []);
    form.submit(async move {
        let services = services()?;
        let at_provider = match info()?.session_token {
            Some(token) => services::identity::logout::sign_out(&services, &token).await?,
            None => None,
        };
        forget_session();
        let Some(sign_out) = at_provider else { return Ok(Done::at(paths::SIGN_IN)) };
        // For a browser without a session: this one has just ended.
        let flash = services::forms::keep(&services, None, &Flash::SignOut(sign_out)).await;
        cookies::set(&cookies::flash(&flash.map_err(|_| Refusal::Uncertain)?));
        Ok(Done::at(paths::SIGN_OUT_AT_PROVIDER))
    })
    .await
}

/// Confirms with the password who one is, then has what was held up sent once more, to `confirm_action` if it names one.
#[server(prefix = "/act", endpoint = "account/confirm")]
pub async fn confirm_identity(confirm_password: String, confirm_action: String) -> Result<FormOutcome, PageError> {
    let form = Form::new(confirm::FORM, []).keeping_all(posted()?);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let info = info()?;
        let token = info.session_token.ok_or(Refusal::SignedOut)?;
        let token = services::sign_in::confirm(&services, &caller, &token, confirm_password, &info.client).await?;
        keep_session(&services, &token);
        let action = NextPath::parse(&confirm_action).filter(|path| path.as_str().starts_with("/act/"));
        // Without an action that waits the page shows itself once more and offers the way back.
        Ok(action.map_or_else(Done::here, |action| Done::send_again_to(action.as_str())))
    })
    .await
}

/// Leaves what was held up in its form, as it was entered.
#[server(prefix = "/act", endpoint = "account/confirm-later")]
pub async fn confirm_later(confirm_form: String) -> Result<FormOutcome, PageError> {
    let values = posted()?;
    Form::new(confirm::FORM, [])
        .submit(async move {
            signed_in()?;
            let refusal = Refusal::ConfirmationDue;
            Ok(Done::here().showing(Flash::Form(FormState { form: confirm_form, values, refusal })))
        })
        .await
}

/// Changes one's password; every other session ends. Also open while a change is due, and then leads on to `next`. Without
/// `current_password` the session has to prove the one-time password.
#[server(prefix = "/act", endpoint = "account/change-password")]
pub async fn change_password(
    #[server(default)] current_password: Option<String>,
    new_password: String,
    #[server(default)] next: Option<String>,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("change-password", []);
    form.submit(async move {
        let (services, info) = (services()?, info()?);
        let caller = info.caller.ok_or(Refusal::SignedOut)?;
        let old = info.session_token.ok_or(Refusal::SignedOut)?;
        let token = match current_password {
            Some(current) => {
                own_account::change_password(&services, &caller, &old, current, &new_password, &info.client).await?
            }
            None => own_account::replace_one_time_password(&services, &caller, &old, &new_password).await?,
        };
        keep_session(&services, &token);
        // The first page leads on at once and could not show a notice.
        Ok(if caller.actor.password_change_due {
            Done::at(next.as_deref().and_then(NextPath::parse).unwrap_or_default().as_str())
        } else {
            Done::here().with_notice("Password changed. Your other sessions have ended.")
        })
    })
    .await
}

/// Ends one of one's own sessions.
#[server(prefix = "/act", endpoint = "account/end-session")]
pub async fn end_session(session: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("sessions", []);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        services::session::end_one(&services, &caller.can(Target::Own)?, parse_id(&session)?).await?;
        Ok(Done::here().with_notice("Session ended."))
    })
    .await
}

/// Signs out everywhere, here too.
#[server(prefix = "/act", endpoint = "account/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<FormOutcome, PageError> {
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
#[server(prefix = "/act", endpoint = "appearance")]
pub async fn set_theme(theme: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("appearance", []);
    form.submit(async move {
        cookies::set(&cookies::theme(Theme::parse(&theme)));
        Ok(Done::here())
    })
    .await
}

#[cfg(feature = "ssr")]
fn keep_session(services: &Services, token: &SessionToken) {
    cookies::set(&cookies::session(token, services.settings().session_life));
}

#[cfg(feature = "ssr")]
fn forget_session() {
    cookies::remove(CookieName::Session);
    cookies::remove(CookieName::KeptForm);
}
