//! What the server knows about the request that is being answered; server only.

use crate::detour::Detour;
use crate::next::NextPath;
use crate::plain_http::PlainHttp;
use crate::theme::Theme;
use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::Asks;
use domain::project::ProjectName;
use http::HeaderMap;
use http::header::{ACCEPT, REFERER};
use http::request::Parts;
use leptos::prelude::use_context;
use serde::Deserialize;
use services::Services;
use services::client::{Client, SessionToken};
use services::forms::FlashCookie;
use services::guard::{Caller, Can};
use services::handover::HandoverToken;
use services::kept_form::KeptForm;
use services::submission::FormKey;
use std::sync::Arc;

/// Put into the extensions of every request by the server's session middleware.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Stands on error pages, in logs and in the audit log.
    pub request_id: String,
    /// Who asks; `None` when nobody is signed in.
    pub caller: Option<Caller>,
    /// The secret of the session, to end it by.
    pub session_token: Option<SessionToken>,
    /// Where the request came from.
    pub client: Client,
    /// From the cookie, so that the first byte already has the right colours.
    pub theme: Theme,
    /// The cookie of a waiting [`domain::flash::Flash`].
    pub flash_cookie: Option<FlashCookie>,
    /// The cookie of a form that was sent after its session had ended.
    pub kept_form: Option<String>,
    /// The cookie that opens the one-time passwords to hand over.
    pub handover_token: Option<HandoverToken>,
    /// The key of the forms of this page.
    pub form_key: FormKey,
    /// The built files the document links to.
    pub assets: Arc<Assets>,
    /// Set when the browser will not keep a session.
    pub plain_http: Option<PlainHttp>,
}

/// The addresses of the built files, from the manifest of the build.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Assets {
    /// Style sheet.
    pub stylesheet: String,
    /// The script that loads the wasm.
    pub script: String,
    /// The wasm of the first page.
    pub wasm: String,
    /// The mark, for the browser's tab.
    pub icon: String,
    /// Fonts worth loading early.
    pub fonts: Vec<String>,
}

/// The services behind the pages.
///
/// # Errors
/// [`Refusal::Internal`] outside a request.
pub(crate) fn services() -> Result<Services, Refusal> {
    use_context().ok_or(Refusal::Internal)
}

/// The request being answered.
pub(crate) fn info() -> Result<RequestInfo, Refusal> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get().cloned()).ok_or(Refusal::Internal)
}

/// The services, and who asks.
pub(crate) fn signed_in() -> Result<(Services, Caller), Refusal> {
    let caller = info()?.caller.ok_or(Refusal::SignedOut)?;
    if caller.actor.password_change_due {
        return Err(Refusal::PasswordChangeDue);
    }
    Ok((services()?, caller))
}

/// The services, and proof that the permission table grants the user `P` on the platform.
pub(crate) fn permitted<P: Asks>() -> Result<(Services, Can<P>), Refusal> {
    let (services, caller) = signed_in()?;
    let can = caller.can(Target::Platform)?;
    Ok((services, can))
}

/// The services, and proof that the permission table grants the user `P` in the project of this technical name.
pub(crate) async fn permitted_in<P: Asks>(project: &str) -> Result<(Services, Can<P>), services::Error> {
    let (services, caller) = signed_in()?;
    let project = services::projects::id_of(&services, &caller, &parse_project(project)?).await?;
    let can = caller.can(Target::Project(project))?;
    Ok((services, can))
}

/// Reads a technical name from a form or an address; another text leads nowhere.
pub(crate) fn parse_project(raw: &str) -> Result<ProjectName, Refusal> {
    ProjectName::parse_existing(raw).map_err(|_| Refusal::NotFound)
}

/// Reads an identifier from a form or an address; another text leads nowhere.
pub(crate) fn parse_id<T: std::str::FromStr>(raw: &str) -> Result<T, Refusal> {
    raw.parse().map_err(|_| Refusal::NotFound)
}

/// The page on the screen: the one being rendered, or the one a form or a script was sent from.
pub(crate) fn current_page() -> NextPath {
    let Some(parts) = use_context::<Parts>() else { return NextPath::default() };
    let sent_from = parts.headers.get(REFERER).and_then(|value| value.to_str().ok()).map(path_of);
    let rendering = parts.method == http::Method::GET;
    let path = if rendering { parts.uri.path_and_query().map(|path| path.as_str().to_owned()) } else { sent_from };
    let is_own = rendering || Detour::owns_action(parts.uri.path());
    let path = path.map(|path| if is_own { path } else { behind_detour(path) });
    path.and_then(|path| NextPath::parse(&path)).unwrap_or_default()
}

/// A form that a detour sent again belongs to the page it was on at first.
fn behind_detour(path: String) -> String {
    let query = Detour::resending_at(&path).and_then(|_| path.split_once('?'));
    match query.and_then(|(_, query)| NextPath::in_query(query)) {
        Some(next) => next.as_str().to_owned(),
        None => path,
    }
}

/// The form that was sent after its session had ended and waits for this browser's user.
pub(crate) fn kept_form() -> Option<KeptForm> {
    KeptForm::from_cookie(&info().ok()?.kept_form?)
}

/// What opens the one-time passwords that this browser hands over.
///
/// # Errors
/// [`Refusal::SignedOut`] without a session.
pub(crate) fn handover_token() -> Result<HandoverToken, Refusal> {
    let info = info()?;
    let token = info.handover_token.or_else(|| info.session_token.as_ref().map(HandoverToken::derived));
    token.ok_or(Refusal::SignedOut)
}

/// The address of the action that is being answered.
///
/// # Errors
/// [`Refusal::Internal`] outside a request.
pub(crate) fn action() -> Result<String, Refusal> {
    use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).ok_or(Refusal::Internal)
}

/// Whether a page is being rendered, not data for a page that is on the screen.
pub(crate) fn is_document() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.method == http::Method::GET)
}

/// Leads elsewhere: a document is answered with a redirect whatever it accepts, a script is told where to go.
pub(crate) fn redirect(to: &str) {
    leptos_axum::redirect(to);
    if is_document() {
        set_status(302);
    }
}

/// Has the form that is being answered sent once more, to another action.
pub(crate) fn send_again_to(action: &str) {
    if let (Some(response), Ok(location)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(action))
    {
        response.insert_header(http::header::LOCATION, location);
    }
    set_status(307);
}

/// Gives the answer a status.
pub(crate) fn set_status(status: u16) {
    if let (Some(response), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(status))
    {
        response.set_status(status);
    }
}

/// Path and query of an absolute address.
fn path_of(address: &str) -> String {
    address.parse::<http::Uri>().ok().and_then(|uri| uri.path_and_query().map(ToString::to_string)).unwrap_or_default()
}

/// Whether the answer goes to a browser that shows it, not to a script that reads it.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// Whether a form was sent by the browser itself, not by a script.
pub(crate) fn is_plain_post() -> bool {
    use_context::<Parts>().is_some_and(|parts| wants_page(&parts.headers))
}

/// The id people quote when something went wrong.
pub(crate) fn request_id() -> Option<String> {
    info().ok().map(|info| info.request_id)
}
