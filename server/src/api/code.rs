//! What API clients match on: the codes of requests that `/v1` cannot take, beside those of the rules in `domain`.

use domain::error::Refusal;
use domain::violation::Violation;
use http::StatusCode;
use time::OffsetDateTime;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// Declares the codes with their statuses and what they mean, for docs/api.md.
macro_rules! codes {
    ($($variant:ident $code:literal $status:ident $text:literal;)*) => {
        /// Why a request is refused, where it is not a rule of `domain`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $text] $variant,)*
        }

        impl Code {
            const ALL: &[(Self, &str)] = &[$((Self::$variant, $text)),*];

            /// As answers have it. It never changes.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The status of the answer.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    BadRequest "bad_request" BAD_REQUEST "The request makes no sense here.";
    InvalidRequest "invalid_request" UNPROCESSABLE_ENTITY "The body or a parameter does not fit the schema; `details` list where, each with its code.";
    InvalidFields "invalid_fields" BAD_REQUEST "Several fields are refused; `details` list each with its code.";
    InvalidJson "invalid_json" UNPROCESSABLE_ENTITY "The body is not JSON, or not an object.";
    InvalidValue "invalid_value" UNPROCESSABLE_ENTITY "The value does not fit the schema.";
    MissingField "missing_field" UNPROCESSABLE_ENTITY "The field is required.";
    UnknownField "unknown_field" UNPROCESSABLE_ENTITY "The operation does not know the field.";
    InvalidFilters "invalid_filters" BAD_REQUEST "`filters` is not a JSON object.";
    InvalidUserId "invalid_user_id" BAD_REQUEST "The id is not that of a user.";
    NothingToChange "nothing_to_change" BAD_REQUEST "The change names no field.";
    PageTooDeep "page_too_deep" BAD_REQUEST "Page numbers do not reach this far; follow the `Link`.";
    NotAvailable "not_available" BAD_REQUEST "The setting cannot be switched on.";
    NoCostCenter "no_cost_center" BAD_REQUEST "The project has no cost center.";
    EmailFromProvider "email_from_provider" BAD_REQUEST "The e-mail address comes from the identity provider.";
    UsernameFixed "username_fixed" BAD_REQUEST "A user name cannot change.";
    InvalidToken "invalid_token" UNAUTHORIZED "The Bearer token authenticates no user.";
    AmbiguousAuthentication "ambiguous_authentication" UNAUTHORIZED "Both a Bearer token and a session cookie were sent.";
    CrossSiteRequest "cross_site_request" FORBIDDEN "The request carries the session cookie and comes from another site.";
    PersonalProject "personal_project" FORBIDDEN "A personal project cannot be changed.";
    UnknownAddress "unknown_address" NOT_FOUND "There is nothing at this address.";
    ProjectNotFound "project_not_found" NOT_FOUND "There is no such project, or the user may not see it.";
    UserNotFound "user_not_found" NOT_FOUND "There is no such user, or the user may not see them.";
    PermissionNotFound "permission_not_found" NOT_FOUND "There is no such permission.";
    BudgetNotFound "budget_not_found" NOT_FOUND "There is no such budget.";
    BudgetGroupNotFound "budget_group_not_found" NOT_FOUND "There is no such budget group, or the user may not see it.";
    NotAMember "not_a_member" NOT_FOUND "The user is not a member of the project.";
    CostCenterNotFound "cost_center_not_found" NOT_FOUND "There is no such cost center.";
    UnknownReservation "unknown_reservation" NOT_FOUND "The gateway has no such reservation.";
    PasswordSignInOff "password_sign_in_off" NOT_FOUND "Users sign in through an identity provider.";
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The address does not take this method.";
    ProjectNameFixed "project_name_fixed" CONFLICT "The technical name of a project cannot change.";
    AlreadySettled "already_settled" CONFLICT "The reservation was settled with another amount, or is to be released after it was settled.";
    AlreadyReleased "already_released" CONFLICT "The reservation was released, so nothing was spent.";
    RequestInProgress "request_in_progress" CONFLICT "The same call is being answered at this moment.";
    PreconditionFailed "precondition_failed" PRECONDITION_FAILED "`If-Match` names another version than the stored one.";
    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE "The body is too large.";
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE "The body is not JSON.";
    IdempotencyKeyReused "idempotency_key_reused" UNPROCESSABLE_ENTITY "The key was used for another request.";
    ProviderUnavailable "identity_provider_unavailable" SERVICE_UNAVAILABLE "The identity provider does not answer.";
}

/// Every code that `/v1` answers with, its status and what it means, by code.
pub fn all() -> Vec<(&'static str, u16, String)> {
    let until = OffsetDateTime::UNIX_EPOCH;
    let refusals = [
        Refusal::SignedOut,
        Refusal::PasswordChangeDue,
        Refusal::ConfirmationDue,
        Refusal::NotFound,
        Refusal::TooMany(60),
        Refusal::SignInBlocked { until, seconds: 60 },
        Refusal::Busy,
        Refusal::Unavailable,
        Refusal::Uncertain,
        Refusal::Internal,
    ];
    let requests = Code::ALL.iter().map(|(code, text)| (code.as_str(), code.status().as_u16(), (*text).to_owned()));
    let refusals = refusals.iter().map(|refusal| (refusal.code(), refusal.status(), refusal.to_string()));
    let conflict = ("conflict", 409, "Another user saved this since it was read.".to_owned());
    let rules = Violation::ALL.iter().filter_map(|(code, status, text)| Some((*code, (*status)?, (*text).to_owned())));
    let mut all: Vec<_> = requests.chain(refusals).chain([conflict]).chain(rules).collect();
    all.sort();
    all
}

/// The table of docs/api.md.
pub fn table() -> String {
    let head = "| Code | Status | Meaning |\n|---|---|---|\n".to_owned();
    all().into_iter().fold(head, |table, (code, status, text)| table + &format!("| `{code}` | {status} | {text} |\n"))
}

/// The codes as a schema.
pub fn schema() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(all().into_iter().map(|(code, ..)| code))).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_documented_once() {
        let all = all();
        let codes: BTreeSet<&str> = all.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes.len(), all.len(), "a code stands for one thing");
        assert!(codes.contains("email_taken") && codes.contains("invalid_fields"));
        for other in ["seed_in_use", "form_of_another_user", "undo_expired", "holders_changed", "no_match"] {
            assert!(!codes.contains(other), "{other} is for pages and commands");
        }
        let page = include_str!("../../../docs/api.md");
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        assert!(page.contains(&table()), "run `cargo xtask docs` and commit docs/api.md");
        assert_eq!(
            rows.filter(|row| codes.iter().any(|code| row.starts_with(&format!("| `{code}` ")))).count(),
            codes.len()
        );
    }
}
