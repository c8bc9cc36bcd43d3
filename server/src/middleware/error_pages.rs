//! What people see when a request never reached a page: the same look, signed in or not, with the request's id.

use super::request_id::RequestId;
use super::security_headers::STATIC_PAGE_POLICY;
use crate::state::AppState;
use app::cookies::CookieName;
use app::document::static_page;
use app::error::PageError;
use app::request::{Assets, wants_page};
use app::theme::Theme;
use app::ui::LonelySheet;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use domain::error::Refusal;
use domain::violation::Violation;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use leptos::prelude::*;

/// How long to wait before asking a busy server again, in seconds.
const TRY_AGAIN_AFTER: HeaderValue = HeaderValue::from_static("2");
/// Set by server functions on answers that say themselves what is wrong.
const EXPLAINED: &str = "serverfnerror";

/// What went wrong, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    text: &'static str,
}

macro_rules! problems {
    ($($(#[$meta:meta])* $name:ident: $status:ident, $title:literal, $text:literal;)*) => {
        impl Problem {
            $($(#[$meta])* pub const $name: Self = Self { status: StatusCode::$status, title: $title, text: $text };)*
        }
    };
}

problems! {
    /// Sent by another site, or by a browser that hides where from.
    CROSS_SITE: FORBIDDEN, "This was not sent from Bursar",
        "Nothing was changed. Open Bursar in this browser, load the page again and send the form from there.";
    /// The role does not allow it.
    NO_ACCESS: FORBIDDEN, "You don't have access",
        "Your role does not allow you to open this. Maintainers and admins can: ask one of them.";
    /// No such address.
    NOT_FOUND: NOT_FOUND, "There is nothing here",
        "The address may be mistyped, or what was here is gone. Go to the start page and look from there.";
    /// The address exists, but not for this.
    WRONG_METHOD: METHOD_NOT_ALLOWED, "That cannot be done here",
        "The address does not take this kind of request. Go to the start page and use the forms there.";
    /// A body beyond the limit.
    TOO_LARGE: PAYLOAD_TOO_LARGE, "That was too much at once",
        "Nothing was changed. Send less than 64 kB: shorten the longest field, then try again.";
    /// Anything else that the sender has to mend.
    BAD_REQUEST: BAD_REQUEST, "That request makes no sense here",
        "Nothing was changed. Load the page again, then try again.";
    /// A fault of ours.
    FAULT: INTERNAL_SERVER_ERROR, "Something went wrong on our side",
        "Try again. If it happens again, tell an administrator the request id below.";
    /// The database did not answer.
    NO_DATABASE: SERVICE_UNAVAILABLE, "The database does not answer",
        "Nothing was changed. Wait a moment, then load the page again.";
    /// The schema is not up to date yet.
    STARTING: SERVICE_UNAVAILABLE, "Bursar is starting", "Wait a moment, then load the page again.";
    /// The database went away during a commit.
    UNCERTAIN: GATEWAY_TIMEOUT, "It is not known whether that was saved",
        "The database went away on the way. Load the page again and look whether your change is there before you try again.";
    /// The identity provider said no.
    SIGN_IN_DECLINED: FORBIDDEN, "The identity provider did not let you in",
        "Nothing was changed. Go to the start page and sign in again; if it stays like this, tell an administrator the request id below.";
    /// What the identity provider said must not be believed.
    SIGN_IN_UNTRUSTED: BAD_GATEWAY, "The identity provider's answer was refused",
        "You are not signed in: its answer did not pass the checks that keep others from signing in as you. Try once more; if it happens again, tell an administrator the request id below.";
    /// The identity provider's tokens are too large to be read.
    TOKEN_TOO_LARGE: BAD_GATEWAY, "Your token is too large",
        "The identity provider's answer has more than 1,024 kB, so your roles cannot be read. Your rights are unchanged. Tell an administrator the request id below: the provider must put fewer groups, roles or other claims into your tokens.";
    /// A network began more sign-ins than it finished.
    TOO_MANY_SIGN_INS: TOO_MANY_REQUESTS, "Too many sign-ins were begun",
        "Your network began many sign-ins in the last minutes and finished few of them. Wait 15 minutes, then try again; if it happens again, tell an administrator the request id below.";
    /// The identity provider does not answer.
    NO_PROVIDER: SERVICE_UNAVAILABLE, "The identity provider does not answer",
        "Nothing was changed. Wait a moment, then try again.";
    /// The request took too long.
    SLOW: SERVICE_UNAVAILABLE, "That took too long",
        "Try again. If it happens again, tell an administrator the request id below.";
}

impl Problem {
    const fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::FORBIDDEN => Self::CROSS_SITE,
            StatusCode::NOT_FOUND => Self::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED => Self::WRONG_METHOD,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TOO_LARGE,
            StatusCode::SERVICE_UNAVAILABLE => Self::NO_DATABASE,
            StatusCode::GATEWAY_TIMEOUT => Self::UNCERTAIN,
            status if status.as_u16() >= 500 => Self::FAULT,
            _ => Self::BAD_REQUEST,
        }
    }

    /// For a script, which shows it in the page it stands on.
    fn refusal(self) -> Refusal {
        match self.status {
            StatusCode::FORBIDDEN => Refusal::Forbidden(Violation::CrossSiteForm),
            StatusCode::NOT_FOUND => Refusal::NotFound,
            StatusCode::SERVICE_UNAVAILABLE => Refusal::Unavailable,
            StatusCode::GATEWAY_TIMEOUT => Refusal::Uncertain,
            status if status.is_server_error() => Refusal::Internal,
            StatusCode::PAYLOAD_TOO_LARGE => Violation::FormTooLarge.into(),
            _ => Violation::ForeignForm.into(),
        }
    }
}

/// The answer to a request that had a problem: a page for a browser, data for a script.
pub fn page(state: &AppState, headers: &HeaderMap, extensions: &Extensions, problem: Problem) -> Response {
    let request_id = extensions.get::<RequestId>().map(|id| id.0.clone());
    if wants_page(headers) {
        let theme = CookieName::Theme.read(headers).map(Theme::parse).unwrap_or_default();
        let html = document(problem, &state.assets, theme, request_id.as_deref().unwrap_or_default());
        let policy = [(CONTENT_SECURITY_POLICY, STATIC_PAGE_POLICY)];
        (problem.status, policy, Html(html)).into_response()
    } else {
        (problem.status, axum::Json(PageError { refusal: problem.refusal(), request_id })).into_response()
    }
}

/// Gives an explanation to errors that came without one, and says when to ask a busy server again.
pub async fn explain(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    let mut response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if is_error && !is_explained(response.headers(), wants_page(&headers)) {
        let mut explained = page(&state, &headers, &extensions, Problem::of(status));
        *explained.status_mut() = status;
        if let Some(allowed) = response.headers().get(http::header::ALLOW) {
            explained.headers_mut().insert(http::header::ALLOW, allowed.clone());
        }
        response = explained;
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, TRY_AGAIN_AFTER);
    }
    response
}

/// Answers an unknown address.
pub async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Answers for a handler that panicked.
pub fn after_panic(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a request panicked; the reason stands on standard error");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn is_explained(headers: &HeaderMap, wants_page: bool) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_data = kind.starts_with("application/json") || headers.contains_key(EXPLAINED);
    kind.starts_with("text/html") || (is_data && !wants_page)
}

fn document(problem: Problem, assets: &Assets, theme: Theme, request_id: &str) -> String {
    static_page(assets, theme, problem.title, (), || sheet(problem, request_id.to_owned()))
}

fn sheet(problem: Problem, request_id: String) -> impl IntoView {
    let Problem { status, title, text } = problem;
    view! {
        <LonelySheet>
            <div class="grid gap-1">
                <h1 class="text-2xl font-semibold">{title}</h1>
                <p class="text-base text-ink-2">{text}</p>
            </div>
            <p class="text-base">
                <a href="/" class="link">
                    "Go to the start page"
                </a>
            </p>
            <p class="text-sm text-ink-2">{format!("Error {}. Request id ", status.as_u16())} <code>{request_id}</code></p>
        </LonelySheet>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_page_that_names_the_request_and_the_way_on() {
        let all = [
            Problem::CROSS_SITE,
            Problem::NOT_FOUND,
            Problem::WRONG_METHOD,
            Problem::TOO_LARGE,
            Problem::BAD_REQUEST,
            Problem::FAULT,
            Problem::NO_DATABASE,
            Problem::STARTING,
            Problem::UNCERTAIN,
            Problem::SLOW,
            Problem::SIGN_IN_DECLINED,
            Problem::SIGN_IN_UNTRUSTED,
            Problem::TOKEN_TOO_LARGE,
            Problem::NO_PROVIDER,
            Problem::TOO_MANY_SIGN_INS,
        ];
        let assets = Assets { stylesheet: "/assets/s.css".to_owned(), ..Default::default() };
        for problem in all {
            let html = document(problem, &assets, Theme::Dark, "the-id");
            for part in [
                "the-id",
                "href=\"/\"",
                "/assets/s.css",
                "data-theme=\"dark\"",
                "id=\"mark\"",
                problem.title,
                problem.text,
            ] {
                assert!(html.contains(part), "{problem:?}: {part}");
            }
            assert!(!html.contains("<script") && !html.contains("style="), "{problem:?}");
        }
    }

    #[test]
    fn every_status_finds_a_problem_of_its_class() {
        for code in 400..600 {
            let status = StatusCode::from_u16(code).expect("a status");
            assert_eq!(Problem::of(status).status.is_server_error(), status.is_server_error(), "{code}");
        }
    }
}
