//! Making and changing people.

use super::body::UserDetail;
use super::list::missing;
use super::parse_id;
use crate::api::auth::Asking;
use crate::api::body::{Body, Changes};
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::etag::{IfMatch, Versioned};
use crate::api::permit::{on_platform, users_in_scope};
use crate::api::schema::{
    EmailText, NewPasswordText, OptionalPersonNameText, ProjectLimitNumber, SentText as _, UserIdText, UserKindText,
    UsernameText, VersionNumber, exact, given_whole, version,
};
use crate::api::v1::local_auth::Message;
use crate::api::wire::given;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::actor::Target;
use domain::draft::Edit;
use domain::email::Email;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::permission::{GrantAuditor, GrantRoles, ManageUsers};
use domain::role::{PlatformRole, RoleFlags};
use domain::text::PersonName;
use domain::user::{UserDraft, UserKind};
use domain::username::{self, Username};
use domain::violation::Violation;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use services::guard::Caller;
use services::members::WithoutAdmin;
use services::users;
use services::views;
use utoipa::ToSchema;

/// A new account.
///
/// An auditor is created in two steps: `PUT /v1/admin/users/{id}` grants `is_auditor`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "username": "ada@example.com", "password": "a quiet ledger line", "name": "Ada Lovelace"}))]
pub struct NewAccount {
    #[schema(value_type = EmailText)]
    email: String,
    #[schema(value_type = UsernameText)]
    username: String,
    #[schema(value_type = NewPasswordText)]
    password: String,
    /// Without it the user name.
    #[schema(value_type = Option<OptionalPersonNameText>)]
    name: Option<String>,
    /// Only maintainers grant it.
    #[serde(default)]
    is_admin: bool,
    /// Only maintainers grant it; it makes the user an admin too.
    #[serde(default)]
    is_maintainer: bool,
}

/// Creates an account that signs in with e-mail address and password.
#[utoipa::path(
    post,
    path = "/admin/users",
    operation_id = "create_user",
    tag = "users",
    request_body = NewAccount,
    responses(
        (
            status = OK,
            description = "The new user.",
            body = UserDetail,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = FORBIDDEN, description = "Only maintainers grant `is_admin` and `is_maintainer`."),
        (status = CONFLICT, description = "The e-mail address or the user name is taken."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewAccount>, ApiError>,
) -> Result<Versioned<UserDetail>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    check_local(&state)?;
    let Body(body) = body?;
    let (draft, username) = parse(&body)?;
    let id = users::create_with_password(&state.services, &can, &draft, &username, &body.password).await?;
    shown(&state, &caller, id).await
}

fn parse(body: &NewAccount) -> Result<(UserDraft, Username), ApiError> {
    let mut errors = FieldErrors::default();
    let email = errors.take("email", exact(&body.email, Email::parse));
    let username = errors.take("username", exact(&body.username, username::parse));
    let name = PersonName::parse_optional(body.name.as_deref());
    let name = name.and_then(|name| name.map_or_else(|| PersonName::parse(&body.username), Ok));
    let name = errors.take("name", name);
    let role = PlatformRole::from_flags(body.is_maintainer, body.is_admin, false);
    match (email, username, name) {
        (Some(email), Some(username), Some(name)) => {
            Ok((UserDraft { role, ..UserDraft::new(name, email, UserKind::Regular) }, username))
        }
        _ => Err(ApiError::wrong_shape(errors)),
    }
}

/// The fields to change, at least one. What is left out or null stays as it is, but for `project_limit`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"is_active": false}))]
pub struct UserChanges {
    #[schema(value_type = Option<OptionalPersonNameText>)]
    name: Option<String>,
    #[schema(value_type = Option<UserKindText>)]
    user_type: Option<String>,
    is_admin: Option<bool>,
    is_maintainer: Option<bool>,
    is_auditor: Option<bool>,
    is_active: Option<bool>,
    /// Null is no limit, for admins alone: 400 for any other user.
    #[serde(default, deserialize_with = "given_whole")]
    #[schema(value_type = Option<ProjectLimitNumber>)]
    project_limit: Option<Option<i64>>,
    /// With local accounts alone: an identity provider's address replaces it at each sign-in.
    #[schema(value_type = Option<EmailText>)]
    email: Option<String>,
    /// Ignored: pictures are not kept.
    #[expect(dead_code, reason = "clients of the wire contract send it")]
    picture: Option<String>,
    #[serde(default, deserialize_with = "version")]
    #[schema(value_type = Option<VersionNumber>)]
    version: Option<i64>,
    /// Refused whatever it says, in words of its own.
    #[serde(default, deserialize_with = "given")]
    #[schema(ignore)]
    username: Option<Option<Value>>,
}

/// Changes an account: all of it or nothing.
#[utoipa::path(
    put,
    path = "/admin/users/{id}",
    operation_id = "update_user",
    tag = "users",
    params(("id" = inline(UserIdText), Path, description = "The id of the user"), IfMatch),
    request_body = UserChanges,
    responses(
        (
            status = OK,
            description = "The user as they are now.",
            body = UserDetail,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (
            status = BAD_REQUEST,
            description = "No field is given, `username` is, or `project_limit` is null and the user is not an admin.",
        ),
        (
            status = FORBIDDEN,
            description = "The caller may not grant this role, or the user is the last maintainer or admin.",
        ),
        (status = CONFLICT, description = "The e-mail address is taken, or `version` is stale."),
    ),
)]
pub async fn update(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    if_match: IfMatch,
    body: Result<Changes<UserChanges>, ApiError>,
) -> Result<Versioned<UserDetail>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    let id = parse_id(&id)?;
    let Changes(mut body) = body?;
    if body.email.is_some() && state.services.identity().is_some() {
        return Err(ApiError::new(Code::EmailFromProvider, "The e-mail address comes from the identity provider."));
    }
    if body.is_admin.is_some() || body.is_maintainer.is_some() {
        caller.can::<GrantRoles>(Target::Platform)?;
    }
    if body.is_auditor.is_some() {
        caller.can::<GrantAuditor>(Target::Platform)?;
    }
    if let Some(name) = body.name.as_mut().filter(|name| PersonName::parse_optional(Some(name.as_str())) == Ok(None)) {
        // User names never change, so that this one may be read before the change.
        *name = users::username_of(&state.services, &can, id).await.map_err(missing)?;
    }
    let edit = edit_of(body, &if_match)?;
    let saved = users::edit(&state.services, &can, id, edit).await;
    saved.map_err(|fault| match fault {
        services::Error::Refused(Refusal::Rule(violation)) => Refusal::Forbidden(violation).into(),
        fault => if_match.refusal(fault, missing),
    })?;
    shown(&state, &caller, id).await
}

fn edit_of(body: UserChanges, if_match: &IfMatch) -> Result<Edit<UserDraft>, ApiError> {
    if body.username.is_some() {
        return Err(ApiError::new(Code::UsernameFixed, "The user name cannot be changed."));
    }
    let email = body
        .email
        .as_deref()
        .map(|email| exact(email, Email::parse))
        .transpose()
        .map_err(|problem| ApiError::wrong_shape(FieldErrors::one("email", problem)))?;
    let roles = RoleFlags { admin: body.is_admin, maintainer: body.is_maintainer, auditor: body.is_auditor };
    let problem = |field: &'static str| move |problem: Violation| FieldErrors::one(field, problem);
    let limit = |number: i64| u32::try_from(number).map_err(|_| Violation::ProjectLimitOutOfRange { max: i32::MAX });
    let name = body.name.as_deref().map(PersonName::parse_sent).transpose().map_err(problem("name"))?;
    let kind = body.user_type.as_deref().map(UserKind::parse).transpose().map_err(problem("user_type"))?;
    let limit = body.project_limit.map(|given| given.map(limit).transpose()).transpose()?;
    Ok(Edit::new(if_match.or(body.version), move |stored: UserDraft| {
        let role = roles.applied_to(stored.role);
        if limit == Some(None) && !role.is_admin() {
            return Err(FieldErrors::one("project_limit", Violation::NoLimitForUsers));
        }
        Ok(UserDraft {
            name: name.map_or(stored.name, String::from),
            email: email.unwrap_or(stored.email),
            kind: kind.unwrap_or(stored.kind),
            role,
            active: body.is_active.unwrap_or(stored.active),
            project_limit: limit.unwrap_or(stored.project_limit),
        })
    }))
}

/// Closes an account and ends its sessions. Again changes nothing.
#[utoipa::path(
    delete,
    path = "/admin/users/{id}",
    operation_id = "deactivate_user",
    tag = "users",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    responses((status = OK, description = "The account is deactivated.", body = Message)),
)]
pub async fn deactivate(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Json<Message>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    let closed = users::deactivate(&state.services, &can, parse_id(&id)?, WithoutAdmin::Allow).await;
    closed.map_err(missing)?;
    Ok(Message::json("The account is deactivated."))
}

/// A password to hand over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"new_password": "a quiet ledger line"}))]
pub struct NewPassword {
    #[schema(value_type = NewPasswordText)]
    new_password: String,
}

/// Sets the password of a user and revokes their sessions.
#[utoipa::path(
    put,
    path = "/admin/users/{id}/password",
    operation_id = "set_user_password",
    tag = "users",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    request_body = NewPassword,
    responses((status = OK, description = "The password is set.", body = Message)),
)]
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
    set.map_err(|fault| match fault {
        // A change of the account, which the caller may not make; it is a mistake where budgets are assigned.
        services::Error::Refused(Refusal::Rule(Violation::UserDeactivated { .. })) => {
            ApiError::from(fault).with_status(StatusCode::FORBIDDEN)
        }
        fault => missing(fault),
    })?;
    Ok(Message::json("The password is set. Their sessions have ended."))
}

/// Accounts and passwords are made here with local accounts alone.
fn check_local(state: &AppState) -> Result<(), ApiError> {
    Ok(users::check_can_create(&state.services)?)
}

/// Somebody as they are now.
async fn shown(state: &AppState, caller: &Caller, id: domain::id::UserId) -> Result<Versioned<UserDetail>, ApiError> {
    let user = views::users::find(&state.services, &users_in_scope(caller)?, id).await.map_err(missing)?;
    Ok(Versioned(user.version, user.into()))
}
