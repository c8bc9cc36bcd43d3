//! Nobody overwrites what they have not seen: `ETag` on what is read, `If-Match` on what is changed.

use super::code::Code;
use super::error::ApiError;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use domain::draft::Precondition;
use http::HeaderValue;
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// An answer with the version of what it shows.
#[derive(Clone, Debug)]
pub struct Versioned<T>(pub i64, pub T);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.1).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// The version a change is made for: from `If-Match`. None, or `*`, means whatever is stored.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub Option<i64>);

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "The `ETag` that the change was made for: 412 when the object changed since. `*`, or none, changes \
                    whatever is stored.";
        let tag = ParameterBuilder::new().name("If-Match").parameter_in(ParameterIn::Header);
        let tag = tag.required(Required::False).description(Some(text)).example(Some("\"1\"".into()));
        vec![tag.schema(Some(ObjectBuilder::new().schema_type(Type::String))).build()]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(tag) = parts.headers.get(IF_MATCH) else { return Ok(Self(None)) };
        let tag = tag.to_str().unwrap_or_default().trim();
        if tag == "*" {
            return Ok(Self(None));
        }
        let version = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|text| text.parse().ok());
        // A tag that Bursar did not write cannot match.
        version.map(|version| Self(Some(version))).ok_or_else(|| changed(None))
    }
}

impl IfMatch {
    /// The version of the header, or that of the body.
    pub fn or(self, in_body: Option<i64>) -> Precondition {
        self.0.or(in_body).map_or(Precondition::None, Precondition::IfMatch)
    }

    /// Another user saved first: 412 for a request with the header, 409 for one with the version.
    pub fn refusal(self, fault: services::Error) -> ApiError {
        match fault {
            services::Error::Refused(domain::error::Refusal::Conflict(conflict)) if self.0.is_some() => {
                changed(Some(conflict.version))
            }
            fault => fault.into(),
        }
    }
}

fn changed(version: Option<i64>) -> ApiError {
    let refused =
        ApiError::new(Code::PreconditionFailed, "Another user changed this since you read it. Nothing was changed.")
            .helped("Read it again, then send its new ETag in If-Match.");
    match version {
        Some(version) => refused.detailed(serde_json::json!({ "version": version })),
        None => refused,
    }
}
