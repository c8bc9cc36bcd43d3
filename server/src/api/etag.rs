//! No client overwrites what it has not read: `ETag` on what is read, `If-Match` on what is changed.

use super::code::Code;
use super::error::ApiError;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use domain::draft::Precondition;
use domain::error::Refusal;
use http::HeaderValue;
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use serde::Serialize;
use std::convert::Infallible;
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

/// The versions that a change is made for: the tags of `If-Match`. `None` for no header, and for `*`: any version.
#[derive(Clone, Debug)]
pub struct IfMatch(Option<Vec<i64>>);

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "The `ETag` that the change was made for, or several, separated by commas: 412 when the object has \
                    none of them. `*`, or no header, changes whatever is stored.";
        let tag = ParameterBuilder::new().name("If-Match").parameter_in(ParameterIn::Header);
        let tag = tag.required(Required::False).description(Some(text)).example(Some("\"1\"".into()));
        vec![tag.schema(Some(ObjectBuilder::new().schema_type(Type::String))).build()]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.headers.get_all(IF_MATCH).iter().map(|line| line.to_str().unwrap_or_default())))
    }
}

impl IfMatch {
    /// Reads the lines of the header, which are one list (RFC 9110, sections 5.3 and 13.1.1). No version has a tag that is
    /// weak or comes from elsewhere. Tags of Bursar contain no comma.
    fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let tags: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        if matches!(tags[..], [] | ["*"]) {
            return Self(None);
        }
        let version = |tag: &str| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self(Some(tags.into_iter().filter_map(version).collect()))
    }

    /// The versions of the header, or that of the body.
    pub fn or(&self, in_body: Option<i64>) -> Precondition {
        let of_header = self.0.clone().map(Precondition::IfMatch);
        of_header.or_else(|| in_body.map(Precondition::from)).unwrap_or(Precondition::None)
    }

    /// Another client saved first: 412 where the request has the header, 409 where its body has the version.
    /// Any other refusal is `other`'s.
    pub fn refusal(&self, fault: services::Error, other: impl FnOnce(services::Error) -> ApiError) -> ApiError {
        match fault {
            services::Error::Refused(Refusal::Conflict(conflict)) if self.0.is_some() => {
                ApiError::new(Code::PreconditionFailed, "This was changed after you read it. Nothing was changed.")
                    .helped("Read it again, then send its new ETag in If-Match.")
                    .detailed(serde_json::json!({ "version": conflict.version }))
            }
            fault => other(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_lists_strong_tags_of_bursar() {
        for (lines, versions) in [
            (vec![], None),
            (vec!["*"], None),
            (vec![r#""3""#], Some(vec![3])),
            (vec![r#" "1" ,"3""#, r#""x", "4""#], Some(vec![1, 3, 4])),
            (vec![r#"W/"3", 3, "3, , "-gzip""#], Some(vec![])),
            (vec![""], Some(vec![])),
            (vec!["*", r#""3""#], Some(vec![3])),
        ] {
            assert_eq!(IfMatch::parse(lines.iter().copied()).0, versions, "{lines:?}");
        }
    }
}
