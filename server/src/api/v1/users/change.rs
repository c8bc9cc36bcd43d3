//! Making and changing people.

use super::body::UserDetail;
use super::list::missing;
use super::parse_id;
use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::error::ApiError;
use crate::api::etag::{IfMatch, Versioned};
use crate::api::permit::{on_platform, people_seen};
use crate::api::v1::local_auth::Message;
use crate::api::wire::given;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::email::Email;
use domain::error::Refusal;
use domain::form::{FieldErrors, FieldProblem};
use domain::permission::ManageUsers;
use domain::role::{PlatformRole, RoleFlags};
use domain::text::PersonName;
use domain::user::UserKind;
use domain::username;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use services::guard::Caller;
use services::users::{self, ByProgram, NewUser, UserEdit, directory};
use utoipa::ToSchema;

/// A new account.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "ada@example.com", "username": "ada@example.com", "password": "a quiet ledger line", "name": "Ada Lovelace"}))]
pub struct NewAccount {
    email: String,
    /// 3 to 50 characters; never changes.
    username: String,
    /// At least 15 characters.
    #[schema(format = Password)]
    password: String,
    /// Without it the user name.
    name: Option<String>,
    #[serde(default)]
    is_admin: bool,
    #[serde(default)]
    is_maintainer: bool,
}

/// Makes an account that signs in with e-mail address and password.
#[utoipa::path(post, path = "/admin/users", tag = "people", request_body = NewAccount, responses((status = OK, body = UserDetail)))]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewAccount>, ApiError>,
) -> Result<Versioned<UserDetail>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    check_local(&state)?;
    let Body(body) = body?;
    let (new, more) = parse(&body)?;
    let made = users::create_with_password(&state.services, &can, new, more, &body.password).await;
    let id = made.map_err(|fault| taken(fault, &["email", "username"]))?;
    shown(&state, &caller, id).await
}

fn parse(body: &NewAccount) -> Result<(NewUser, ByProgram), ApiError> {
    let mut errors = FieldErrors::default();
    let email = errors.take("email", Email::parse(&body.email));
    let username = errors.take("username", username::parse(&body.username));
    let name = body.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&body.username);
    let name = errors.take("name", PersonName::parse(name));
    let role = PlatformRole::from_flags(body.is_maintainer, body.is_admin, false);
    match (email, username, name) {
        (Some(email), Some(username), Some(name)) => {
            Ok((NewUser { name, email, kind: UserKind::Regular }, ByProgram { username: Some(username), role }))
        }
        _ => Err(ApiError::from(errors).invalid_as(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

/// A value that has the right shape and is refused all the same is taken.
fn taken(fault: services::Error, fields: &[&str]) -> ApiError {
    let refusal = Refusal::from(fault);
    let is_taken =
        matches!(&refusal, Refusal::Invalid(errors) if fields.iter().any(|field| errors.at(field).is_some()));
    let refused = ApiError::from(refusal);
    if is_taken { refused.invalid_as(StatusCode::CONFLICT) } else { refused }
}

/// What is to change; what is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(example = json!({"is_active": false}))]
pub struct UserChanges {
    /// Blank stands for the user name.
    #[serde(default)]
    name: Option<String>,
    /// `regular` or `external`.
    #[serde(default)]
    user_type: Option<String>,
    #[serde(default)]
    is_admin: Option<bool>,
    #[serde(default)]
    is_maintainer: Option<bool>,
    #[serde(default)]
    is_auditor: Option<bool>,
    #[serde(default)]
    is_active: Option<bool>,
    /// Null for admins alone.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    project_limit: Option<Option<i64>>,
    /// Cannot be changed.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    username: Option<Option<Value>>,
    /// With local accounts alone: an identity provider's address replaces it at each sign-in.
    #[serde(default)]
    email: Option<String>,
    /// The version the change was made for, in place of `If-Match`.
    #[serde(default)]
    version: Option<i64>,
}

/// Changes an account: all of it or nothing.
#[utoipa::path(put, path = "/admin/users/{id}", tag = "people", params(("id" = String, Path, description = "The person's id")), request_body = UserChanges, responses((status = OK, body = UserDetail)))]
pub async fn update(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    if_match: IfMatch,
    body: Result<Body<UserChanges>, ApiError>,
) -> Result<Versioned<UserDetail>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    let id = parse_id(&id)?;
    let Body(body) = body?;
    let version = if_match.or(body.version);
    if body.email.is_some() && state.services.identity().is_some() {
        return Err(ApiError::bad_request("The e-mail address comes from the identity provider."));
    }
    let edit = edit_of(body)?;
    let saved = users::update(&state.services, &can, id, version, edit).await;
    saved.map_err(|fault| match fault {
        services::Error::Refused(Refusal::Rule(text)) => ApiError::forbidden(text),
        services::Error::Refused(Refusal::NotFound) => super::nobody(),
        services::Error::Database(_) => taken(fault, &["email"]),
        fault => if_match.refusal(fault),
    })?;
    shown(&state, &caller, id).await
}

fn edit_of(body: UserChanges) -> Result<UserEdit, ApiError> {
    if body.username.is_some() {
        return Err(ApiError::bad_request("The user name cannot be changed."));
    }
    let email = body.email.as_deref().map(Email::parse).transpose().map_err(|problem| {
        ApiError::from(FieldErrors::one("email", problem.as_str())).invalid_as(StatusCode::UNPROCESSABLE_ENTITY)
    })?;
    let roles = RoleFlags { admin: body.is_admin, maintainer: body.is_maintainer, auditor: body.is_auditor };
    let problem = |field: &'static str| move |problem: FieldProblem| FieldErrors::one(field, problem.as_str());
    let limit = |number: i64| {
        u32::try_from(number).map_err(|_| FieldErrors::one("project_limit", "Enter a number of zero or more."))
    };
    let edit = UserEdit {
        email,
        name: body.name.as_deref().map(PersonName::parse).transpose().map_err(problem("name"))?,
        kind: body.user_type.as_deref().map(UserKind::parse).transpose().map_err(problem("user_type"))?,
        roles,
        is_active: body.is_active,
        project_limit: body.project_limit.map(|limit_given| limit_given.map(limit).transpose()).transpose()?,
    };
    let nothing = edit.name.is_none()
        && edit.email.is_none()
        && edit.kind.is_none()
        && roles == RoleFlags::default()
        && edit.is_active.is_none()
        && edit.project_limit.is_none();
    if nothing { Err(ApiError::bad_request("No fields to update")) } else { Ok(edit) }
}

/// Closes an account and ends its sessions. Again changes nothing.
#[utoipa::path(delete, path = "/admin/users/{id}", tag = "people", params(("id" = String, Path, description = "The person's id")), responses((status = OK, body = Message)))]
pub async fn deactivate(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Json<Message>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    let closed = users::deactivate(&state.services, &can, parse_id(&id)?).await;
    closed.map_err(|fault| missing(fault).rule_as(StatusCode::FORBIDDEN))?;
    Ok(Message::json("The account is deactivated."))
}

/// A password to hand over.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"new_password": "a quiet ledger line"}))]
pub struct NewPassword {
    #[schema(format = Password)]
    new_password: String,
}

/// Sets somebody's password and ends their sessions.
#[utoipa::path(put, path = "/admin/users/{id}/password", tag = "people", params(("id" = String, Path, description = "The person's id")), request_body = NewPassword, responses((status = OK, body = Message)))]
pub async fn set_password(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    body: Result<Body<NewPassword>, ApiError>,
) -> Result<Json<Message>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    check_local(&state)?;
    let id = parse_id(&id)?;
    let Body(body) = body?;
    let set = users::set_password(&state.services, &can, id, &body.new_password).await;
    set.map_err(|fault| missing(fault).rule_as(StatusCode::FORBIDDEN))?;
    Ok(Message::json("The password is set. Their sessions have ended."))
}

/// Accounts and passwords are made here with local accounts alone.
fn check_local(state: &AppState) -> Result<(), ApiError> {
    users::check_can_create(&state.services).map_err(|refusal| ApiError::from(refusal).rule_as(StatusCode::BAD_REQUEST))
}

/// Somebody as they are now.
async fn shown(state: &AppState, caller: &Caller, id: domain::id::UserId) -> Result<Versioned<UserDetail>, ApiError> {
    let entry = directory::entry(&state.services, &people_seen(caller)?, id).await.map_err(missing)?;
    Ok(Versioned(entry.version, entry.into()))
}
