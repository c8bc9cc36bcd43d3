//! The one shape of every error of the API.

use super::code::{self, Code};
use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::conflict::Conflict;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::violation::Violation;
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// How long to wait before asking a busy server again, in seconds.
const TRY_AGAIN_AFTER: HeaderValue = HeaderValue::from_static("2");

/// What every answer with a status of 400 or more holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"error": {"code": "role_required", "message": "Access denied", "details": "This action requires maintainer privileges.", "help": null}}))]
pub struct ErrorBody {
    /// The error.
    error: Problem,
}

/// What went wrong, and what to do about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What clients match on; docs/api.md lists them.
    #[schema(schema_with = code::schema)]
    code: &'static str,
    /// A short text.
    message: String,
    /// More of it: a text, an object, or a list of what is wrong with the request.
    #[schema(value_type = Option<Value>)]
    details: Value,
    /// What to do.
    help: Option<String>,
}

/// An error that an endpoint answers with.
#[derive(Clone, Debug)]
pub struct ApiError {
    status: StatusCode,
    problem: Box<Problem>,
    retry_after: Option<HeaderValue>,
    challenge: HeaderValue,
}

/// A part of a request that is not its body.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// The parameters of the address.
    Query,
    /// The header fields.
    Header,
}

impl Part {
    /// As `loc` begins.
    const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// What the answer of an [`ApiError`] carries among its extensions: it needs no explanation.
#[derive(Clone, Copy, Debug)]
struct Explained;

impl ApiError {
    /// An error without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::coded(code.as_str(), code.status(), message)
    }

    fn coded(code: &'static str, status: StatusCode, message: impl Into<String>) -> Self {
        let problem = Problem { code, message: message.into(), details: Value::Null, help: None };
        Self { status, problem: Box::new(problem), retry_after: None, challenge: HeaderValue::from_static("Bearer") }
    }

    /// Signed in, but not allowed; `details` says who may.
    pub fn forbidden(details: impl Into<String>) -> Self {
        let violation = Violation::RoleRequired { roles: String::new() };
        Self::coded(violation.code(), StatusCode::FORBIDDEN, "Access denied").detailed(details.into())
    }

    /// The request does not fit the schema at `path`, which is `request` for the whole body.
    pub fn schema(code: Code, path: &str, reason: &str, inputs: &Value) -> Self {
        Self::entry(Code::InvalidRequest.as_str(), code.as_str(), path, reason, inputs)
    }

    /// A field that does not fit the schema.
    pub fn field(path: &str, reason: &str) -> Self {
        Self::schema(Code::InvalidValue, path, reason, &Value::Null)
    }

    /// A field whose value `domain` refuses.
    pub fn value(path: &str, violation: &Violation) -> Self {
        Self::entry(violation.code(), violation.code(), path, &violation.to_string(), &Value::Null)
    }

    fn entry(code: &'static str, of_entry: &str, path: &str, reason: &str, inputs: &Value) -> Self {
        let loc: Vec<&str> = std::iter::once("body").chain(path.split('.').filter(|part| *part != "request")).collect();
        let input = inputs.pointer(&format!("/{}", path.replace('.', "/")));
        let entry = json!({"type": "value_error", "loc": loc, "code": of_entry, "msg": reason, "input": input});
        Self::coded(code, StatusCode::UNPROCESSABLE_ENTITY, format!("{path}: {reason}")).detailed(json!([entry]))
    }

    /// A Bearer token that authenticates no user; `reason` says what is wrong with it (RFC 6750, section 3).
    pub fn invalid_token(reason: &str) -> Self {
        // What the header may hold; the token's claims may hold anything.
        let plain = |c: char| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\') { c } else { '\'' };
        let described: String = reason.chars().map(plain).collect();
        let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{described}\"");
        let refused = Self::new(Code::InvalidToken, "Authentication required").detailed(reason);
        match HeaderValue::from_str(&challenge) {
            Ok(challenge) => Self { challenge, ..refused },
            Err(_) => refused,
        }
    }

    /// The identity provider does not answer.
    pub fn no_provider() -> Self {
        let text = "The identity provider does not answer. Nothing was changed; try again.";
        Self { retry_after: Some(TRY_AGAIN_AFTER), ..Self::new(Code::ProviderUnavailable, text) }
    }

    /// Too many requests.
    pub fn too_many(seconds: u64) -> Self {
        let message = format!("Too many requests. Wait {seconds} seconds.");
        let code = Refusal::TooMany(seconds).code();
        let refused = Self::coded(code, StatusCode::TOO_MANY_REQUESTS, message);
        Self { retry_after: Some(HeaderValue::from(seconds)), ..refused }
    }

    /// The same request is being answered already.
    pub fn busy(message: impl Into<String>) -> Self {
        Self { retry_after: Some(TRY_AGAIN_AFTER), ..Self::new(Code::RequestInProgress, message) }
    }

    /// What a bare status says.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::FORBIDDEN => {
                let text = "This was not sent from Bursar's own pages. Nothing was changed.";
                Self::new(Code::CrossSiteRequest, "Access denied")
                    .detailed(text)
                    .helped("API clients send a Bearer token and no cookie.")
            }
            StatusCode::NOT_FOUND => Self::new(Code::UnknownAddress, "There is nothing at this address.")
                .helped("GET /v1/openapi.json lists every address."),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new(Code::MethodNotAllowed, "This address does not take this method.")
                    .helped("The header Allow names those it takes.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(Code::BodyTooLarge, "The body is too large. Nothing was changed.")
                    .helped("Send at most 256 kB.")
            }
            StatusCode::SERVICE_UNAVAILABLE => Refusal::Unavailable.into(),
            status if status.is_server_error() => Self::from(Refusal::Internal).with_status(status),
            status => Self::new(Code::BadRequest, "That request makes no sense here.").with_status(status),
        }
    }

    /// With more to say.
    #[must_use]
    pub fn detailed(mut self, details: impl Into<Value>) -> Self {
        self.problem.details = details.into();
        self
    }

    /// With another message.
    fn saying(mut self, message: &str) -> Self {
        message.clone_into(&mut self.problem.message);
        self
    }

    /// With what to do.
    #[must_use]
    pub fn helped(mut self, help: impl Into<String>) -> Self {
        self.problem.help = Some(help.into());
        self
    }

    /// With another status, where the API contract wants another one than the code has.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The refusal of a service, or `missing` where it did not find what the request names.
    pub fn refused(fault: services::Error, missing: impl FnOnce() -> Self) -> Self {
        match fault.into() {
            Refusal::NotFound => missing(),
            refusal => refusal.into(),
        }
    }

    /// The refusal of a service, where the request has another name for what it is about.
    pub fn at(field: &str, fault: services::Error) -> Self {
        let mut refused = Self::from(fault);
        for entry in refused.problem.details.as_array_mut().into_iter().flatten() {
            entry["loc"][1] = field.into();
        }
        refused
    }

    /// The same about a value that is not in the body.
    #[must_use]
    pub fn found_in(mut self, part: Part) -> Self {
        for entry in self.problem.details.as_array_mut().into_iter().flatten() {
            entry["loc"][0] = part.name().into();
        }
        self
    }

    /// Whether it has this code.
    pub fn is_coded(&self, code: &str) -> bool {
        self.problem.code == code
    }

    /// Values of the wrong shape, where the contract tells them from values that a rule refuses.
    pub fn wrong_shape(errors: FieldErrors) -> Self {
        Self::from(errors).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let refused = Self::coded(refusal.code(), status, refusal.to_string());
        match refusal {
            Refusal::SignedOut => refused
                .saying("Authentication required")
                .helped("Send `Authorization: Bearer <token>` with a new token."),
            Refusal::PasswordChangeDue => refused
                .saying("Access denied")
                .detailed("The one-time password has to be changed first.")
                .helped("POST /v1/local-auth/change-password, or sign in to the console."),
            Refusal::ConfirmationDue => {
                refused.saying("Access denied").detailed("You proved who you are more than ten minutes ago.").helped(
                    "Sign in to the console again, or send the token of POST /v1/local-auth/login or of the identity \
                     provider as a Bearer token, without the cookie.",
                )
            }
            Refusal::Forbidden(violation) => refused.saying("Access denied").detailed(violation.to_string()),
            Refusal::NotFound => refused.saying("Not found"),
            Refusal::Invalid(errors) => errors.into(),
            Refusal::Rule(violation) => violation.into(),
            Refusal::Conflict(conflict) => refused.detailed(saved_first(&conflict)),
            Refusal::TooMany(seconds) => Self::too_many(seconds),
            Refusal::SignInBlocked { seconds, .. } => Self { retry_after: Some(HeaderValue::from(seconds)), ..refused },
            Refusal::Busy | Refusal::Unavailable => Self { retry_after: Some(TRY_AGAIN_AFTER), ..refused },
            Refusal::Uncertain => refused,
            Refusal::Internal => {
                refused.helped("Try again. If it happens again, tell an administrator the X-Request-Id of this answer.")
            }
        }
    }
}

impl From<services::Error> for ApiError {
    fn from(fault: services::Error) -> Self {
        Refusal::from(fault).into()
    }
}

impl From<Violation> for ApiError {
    fn from(violation: Violation) -> Self {
        Self::coded(violation.code(), status_of(&violation), violation.to_string())
    }
}

impl From<FieldErrors> for ApiError {
    /// The status is the one that every field has, 400 where they differ.
    fn from(errors: FieldErrors) -> Self {
        let message = errors.iter().map(|(_, problem)| problem.to_string()).collect::<Vec<_>>().join(" ");
        let details = errors.iter().map(|(field, problem)| {
            let loc: Vec<&str> = std::iter::once("body").chain(wire_name(field).split('.')).collect();
            json!({"loc": loc, "code": problem.code(), "msg": problem.to_string()})
        });
        let details: Vec<Value> = details.collect();
        let mut statuses = errors.iter().map(|(_, problem)| status_of(problem));
        let first = statuses.next().unwrap_or(Code::InvalidFields.status());
        let status = if statuses.all(|status| status == first) { first } else { Code::InvalidFields.status() };
        let code = errors.single().map_or(Code::InvalidFields.as_str(), Violation::code);
        Self::coded(code, status, message).detailed(details)
    }
}

/// The field of a body that a field of `domain` stands for.
pub fn wire_name(field: &str) -> &str {
    match field {
        "category" => "budget_category",
        "reservation" => "reservation_id",
        "hard_limit" => "max_budget",
        "period" => "budget_duration",
        "person" => "user_id",
        "role" => "is_admin",
        "soft_limit" => "soft_budget",
        "platform" => "categories.platform.pct",
        "platform_soft" => "categories.platform.soft_budget",
        "cli" => "categories.cli.pct",
        "cli_soft" => "categories.cli.soft_budget",
        "premium_models" => "categories.premium_models.pct",
        "premium_models_soft" => "categories.premium_models.soft_budget",
        field => field,
    }
}

fn status_of(violation: &Violation) -> StatusCode {
    violation.status().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_REQUEST)
}

/// Who saved first, and the stored version.
fn saved_first(conflict: &Conflict) -> Value {
    json!({"saved_by": conflict.saved.name, "version": conflict.version})
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ErrorBody { error: *self.problem })).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, self.challenge);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response.extensions_mut().insert(Explained);
        response
    }
}

/// Gives the one shape to errors that came from below or around the handlers.
pub async fn explain(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if status.as_u16() < 400 || response.extensions().get::<Explained>().is_some() {
        return response;
    }
    let mut explained = ApiError::of_status(status).into_response();
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            explained.headers_mut().insert(name, value.clone());
        }
    }
    explained
}
