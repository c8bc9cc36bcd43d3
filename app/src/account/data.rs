//! What the pages about oneself read.

use crate::error::PageError;
#[cfg(feature = "ssr")]
use crate::next::NextPath;
use crate::page::WithServerTime;
use crate::plain_http::PlainHttp;
use domain::password::PasswordPolicy;
use domain::provider::{Outage, ProviderKind};
use domain::session::SessionRow;
use domain::view::OwnAccess;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// My access, with the switch that hides budgets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyAccess {
    /// Projects, limit, budgets.
    pub own: OwnAccess,
    /// Whether budgets are in use at all.
    pub budgets: bool,
}

/// Profile: sessions and appearance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// One's valid sessions.
    pub sessions: Vec<SessionRow>,
    /// The colours chosen.
    pub theme: crate::theme::Theme,
    /// What a new password must be.
    pub policy: PasswordPolicy,
}

/// What the form needs that changes a one-time password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChange {
    /// Whether it still has to be changed.
    pub is_due: bool,
    /// Whose password it is, for password managers.
    pub email: String,
    /// Whether it asks for the current password: the session does not prove it.
    pub asks_for_current: bool,
    /// What the new password must be.
    pub policy: PasswordPolicy,
}

/// What the sign-in page offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInOffer {
    /// How people sign in here.
    pub way: SignInWay,
    /// Set when the browser will not keep a session, because the page came over plain HTTP.
    pub plain_http: Option<PlainHttp>,
    /// Set after a form was sent whose session had ended.
    pub signed_out: Option<SignedOut>,
}

/// What the page of break-glass codes needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlassOffer {
    /// The browser will not keep a session, because the page came over plain HTTP.
    pub is_plain_http: bool,
}

/// A form that was sent after its session had ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOut {
    /// The address of the user who sent it.
    pub email: String,
    /// Whether what was typed waits for the sign-in.
    pub has_input: bool,
}

/// How people sign in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInWay {
    /// With e-mail address and password.
    Password,
    /// Through an identity provider.
    Provider {
        /// Which kind it is.
        kind: ProviderKind,
        /// Set while it does not answer.
        outage: Option<Outage>,
    },
}

/// How somebody proves once more who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// With their password.
    Password {
        /// Whose it is.
        email: String,
    },
    /// By signing in once more at the identity provider.
    Provider {
        /// Which kind it is.
        kind: ProviderKind,
    },
    /// They did so lately.
    Done,
}

/// Reads how users sign in here, and asks the identity provider whether it answers. Leads a user who is signed in on to
/// where the address of the page says.
#[server(prefix = "/data", endpoint = "sign-in-way")]
pub async fn read_sign_in_way() -> Result<WithServerTime<SignInOffer>, PageError> {
    let services = crate::request::services()?;
    let way = match services.identity() {
        Some(identity) => {
            SignInWay::Provider { kind: identity.kind(), outage: services::identity::outage(&services).await }
        }
        None => SignInWay::Password,
    };
    let info = crate::request::info()?;
    if let Some(caller) = info.caller.as_ref().filter(|_| crate::request::is_document()) {
        let next = NextPath::in_query(crate::request::current_page().query()).unwrap_or_default();
        let is_due = caller.actor.password_change_due;
        crate::request::redirect(&if is_due { next.through_password_change() } else { next.as_str().to_owned() });
    }
    let kept = crate::request::kept_form();
    let signed_out = kept.map(|kept| SignedOut { has_input: kept.has_input(), email: kept.email });
    let data = SignInOffer { way, plain_http: info.plain_http, signed_out };
    Ok(WithServerTime { now: services.clock().now(), data })
}

/// Opens the page of break-glass codes, unless they are turned off.
#[server(prefix = "/data", endpoint = "break-glass")]
pub async fn read_break_glass_offer() -> Result<BreakGlassOffer, PageError> {
    if !crate::request::services()?.settings().break_glass {
        return Err(domain::error::Refusal::NotFound.into());
    }
    Ok(BreakGlassOffer { is_plain_http: crate::request::info()?.plain_http.is_some() })
}

/// Reads My access.
#[server(prefix = "/data", endpoint = "my-access")]
pub async fn read_my_access() -> Result<WithServerTime<MyAccess>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let own = services::views::my_access::load(&services, &caller).await?;
        Ok(MyAccess { own, budgets: services.settings().budgets })
    })
    .await
}

/// Reads the profile.
#[server(prefix = "/data", endpoint = "profile")]
pub async fn read_profile() -> Result<WithServerTime<Profile>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        let sessions = services::session::list(&services, &caller.can(Target::Own)?).await?;
        let policy = services.settings().password_policy;
        Ok(Profile { sessions, theme: crate::request::info()?.theme, policy })
    })
    .await
}

/// Opens the page that asks who one is.
#[server(prefix = "/data", endpoint = "confirmation")]
pub async fn open_confirmation() -> Result<WithServerTime<Confirmation>, PageError> {
    crate::page::load_page(|services, caller| async move {
        Ok(match services.identity() {
            _ if services::reauthentication::is_recent(&services, &caller).await? => Confirmation::Done,
            Some(identity) => Confirmation::Provider { kind: identity.kind() },
            None => Confirmation::Password { email: caller.actor.email },
        })
    })
    .await
}

/// Opens the page that changes a one-time password, also while nothing else may be read.
///
/// # Errors
/// [`domain::error::Refusal::SignedOut`], with a redirect to the sign-in page.
#[server(prefix = "/data", endpoint = "password-change")]
pub async fn open_password_change() -> Result<WithServerTime<PasswordChange>, PageError> {
    use domain::error::Refusal;
    let caller = crate::request::info()?.caller.ok_or(Refusal::SignedOut)?;
    let services = crate::request::services()?;
    let proves = services::own_account::proves_one_time_password(&services, &caller).await.map_err(Refusal::from)?;
    let policy = services.settings().password_policy;
    let is_due = caller.actor.password_change_due;
    let data = PasswordChange { is_due, email: caller.actor.email, asks_for_current: !proves, policy };
    Ok(WithServerTime { now: services.clock().now(), data })
}
