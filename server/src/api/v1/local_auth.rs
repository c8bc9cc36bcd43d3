//! Signing in with e-mail address and password. The token is that of a session: ending the session ends it.

use super::users::UserDetail;
use crate::api::auth::{Asking, Identity};
use crate::api::body::Body;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::schema::NewPasswordText;
use crate::state::AppState;
use app::cookies::{self, CookieName};
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use cookie::Cookie;
use domain::error::Refusal;
use http::HeaderName;
use http::header::SET_COOKIE;
use serde::{Deserialize, Serialize};
use services::identity::logout;
use services::views;
use services::{authenticate, own_account, sign_in};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// For everybody.
pub fn open() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(login))
}

/// For whoever is signed in, also with a one-time password.
pub fn signed_in() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(logout)).routes(routes!(change_password))
}

/// E-mail address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "a quiet ledger line"}))]
pub struct Login {
    email: String,
    #[schema(format = Password)]
    password: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// For the header `Authorization`. Opaque.
    access_token: String,
    /// How to send it.
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// Who signed in.
    user: UserDetail,
}

/// A sentence.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "Done."}))]
pub struct Message {
    pub message: String,
}

impl Message {
    /// As an answer.
    pub fn json(text: impl Into<String>) -> Json<Self> {
        Json(Self { message: text.into() })
    }
}

/// Signs in. The answer also sets the session cookie of the console.
///
/// After five failures an address is blocked for 15 minutes, whether an account has it or not (429, with `Retry-After`). The
/// right password of a deactivated account, and a one-time password that has expired, are answered with 403.
#[utoipa::path(
    post,
    path = "/local-auth/login",
    operation_id = "sign_in",
    tag = "sign-in",
    request_body = Login,
    responses(
        (
            status = OK,
            description = "A session.",
            body = SignedIn,
            headers(("Set-Cookie" = String, description = "The session cookie of the console.")),
        ),
        (status = UNAUTHORIZED, description = "Wrong e-mail address or password."),
        (status = FORBIDDEN, description = "The account is deactivated, or the one-time password has expired."),
        (status = NOT_FOUND, description = "Users sign in through an identity provider."),
    ),
)]
async fn login(
    State(state): State<AppState>,
    asked: Identity,
    Body(login): Body<Login>,
) -> Result<impl IntoResponse, ApiError> {
    check_is_local(&state)?;
    let signed_in = sign_in::with_password(&state.services, &login.email, login.password, &asked.client).await?;
    let actor = authenticate::by_session(&state.services, &signed_in.token).await?.ok_or(Refusal::SignedOut)?;
    let user = views::users::oneself(&state.services, &actor).await?;
    let token = signed_in.token.expose().to_owned();
    let session_lifetime = state.services.settings().session_life;
    let cookie = set_cookie(&cookies::session(&signed_in.token, session_lifetime));
    let body = SignedIn {
        access_token: token,
        token_type: "bearer",
        expires_in: session_lifetime.whole_seconds(),
        user: UserDetail::from(user),
    };
    Ok((cookie, Json(body)))
}

/// Ends the session of the token or the cookie.
#[utoipa::path(
    post,
    path = "/local-auth/logout",
    operation_id = "sign_out",
    tag = "sign-in",
    responses(
        (
            status = OK,
            description = "The session has ended.",
            body = Message,
            headers(("Set-Cookie" = String, description = "The session cookie of the console.")),
        ),
    ),
)]
async fn logout(State(state): State<AppState>, asked: Identity) -> Result<impl IntoResponse, ApiError> {
    if let Some(token) = &asked.token {
        logout::sign_out(&state.services, token).await?;
    }
    Ok((set_cookie(&CookieName::Session.remove()), Message::json("Signed out.")))
}

/// The current password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "a quiet ledger line", "new_password": "a louder ledger line"}))]
pub struct ChangePassword {
    #[schema(format = Password)]
    current_password: String,
    #[schema(value_type = NewPasswordText)]
    new_password: String,
}

/// What a changed password comes to.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "Password changed. Your other sessions have ended.", "access_token": "tYk1…", "token_type": "bearer", "expires_in": 86400}))]
pub struct PasswordChanged {
    message: &'static str,
    /// For the header `Authorization` from now on: the one before is void.
    access_token: String,
    /// How to send it.
    token_type: &'static str,
    /// Seconds, at most: the session ends when it would have ended.
    expires_in: i64,
}

/// Changes one's own password. One's other sessions end, and this one gets a new token; where it came in the cookie of
/// the console, the answer sets that too.
#[utoipa::path(
    post,
    path = "/local-auth/change-password",
    operation_id = "change_password",
    tag = "sign-in",
    request_body = ChangePassword,
    responses(
        (
            status = OK,
            description = "The password is changed; the session goes on with a new token.",
            body = PasswordChanged,
        ),
        (status = UNAUTHORIZED, description = "`current_password` is wrong."),
        (status = NOT_FOUND, description = "Users sign in through an identity provider."),
    ),
)]
async fn change_password(
    State(state): State<AppState>,
    Asking(caller): Asking,
    asked: Identity,
    Body(passwords): Body<ChangePassword>,
) -> Result<impl IntoResponse, ApiError> {
    check_is_local(&state)?;
    let ChangePassword { current_password, new_password } = passwords;
    let (services, old) = (&state.services, asked.token.ok_or(Refusal::SignedOut)?);
    let token =
        own_account::change_password(services, &caller, &old, current_password, &new_password, &asked.client).await?;
    let session_lifetime = services.settings().session_life;
    let (access_token, expires_in) = (token.expose().to_owned(), session_lifetime.whole_seconds());
    let cookie = (!caller.sent_bearer).then(|| set_cookie(&cookies::session(&token, session_lifetime)));
    let message = "Password changed. Your other sessions have ended.";
    Ok((cookie, Json(PasswordChanged { message, access_token, token_type: "bearer", expires_in })))
}

/// Passwords open nothing where users sign in through an identity provider.
fn check_is_local(state: &AppState) -> Result<(), ApiError> {
    if state.services.identity().is_none() {
        return Ok(());
    }
    Err(ApiError::new(Code::PasswordSignInOff, "Sign-in with a password is not offered here."))
}

fn set_cookie(cookie: &Cookie<'_>) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(SET_COOKIE, cookie.to_string())])
}
