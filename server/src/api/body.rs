//! Bodies: JSON alone, bounded, and every problem at its path.

use super::code::Code;
use super::error::ApiError;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Bytes; a list of 1,000 members has about 90,000.
pub const LARGEST: usize = 256 * 1024;

/// A JSON body. Unknown fields are refused by the types themselves: a misspelt right is never passed over.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        read(&bytes(request, state).await?).map(Self)
    }
}

/// A JSON body that names what to change: one without any field is a mistake.
#[derive(Clone, Debug)]
pub struct Changes<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Changes<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = bytes(request, state).await?;
        if object(&bytes)?.is_empty() {
            return Err(ApiError::new(Code::NothingToChange, "No fields to update"));
        }
        read(&bytes).map(Self)
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    if !is_json(request.headers()) {
        let refused = ApiError::new(Code::UnsupportedMediaType, "The body has to be JSON.")
            .helped("Send `Content-Type: application/json`.");
        return Err(refused);
    }
    // A body cut off at the limit is answered with its own status.
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|refused| ApiError::of_status(refused.status()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(not_json("Input should be an object")),
        Err(fault) => Err(not_json(&format!("This is not JSON: {fault}"))),
    }
}

fn not_json(reason: &str) -> ApiError {
    ApiError::schema(Code::InvalidJson, "request", reason, &Value::Null)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let fields = object(bytes)?;
    deserialize(bytes)
        .map_err(|Misfit { code, path, reason }| ApiError::schema(code, &path, &reason, &Value::Object(fields)))
}

/// Where and why a text does not fit its type.
#[derive(Clone, Debug)]
pub struct Misfit {
    /// Why, for API clients.
    pub code: Code,
    /// Where; `request` for all of it.
    pub path: String,
    /// Why, as a sentence.
    pub reason: String,
}

/// Reads an object that is part of a body.
///
/// # Errors
/// Where it does not fit.
pub fn parse_object<T: DeserializeOwned>(text: &[u8]) -> Result<T, Misfit> {
    let misfit = |code, reason: &str| Misfit { code, path: "request".to_owned(), reason: reason.to_owned() };
    match serde_json::from_slice(text) {
        Ok(Value::Object(_)) => deserialize(text),
        Ok(_) => Err(misfit(Code::InvalidValue, "Input should be an object")),
        Err(fault) => Err(misfit(Code::InvalidJson, &format!("This is not JSON: {fault}"))),
    }
}

/// From the text, not from a [`Value`], whose numbers are floats: amounts of money are read exactly.
fn deserialize<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Misfit> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(bytes)).map_err(|fault| {
        let path = fault.path().to_string().replace('[', ".").replace(']', "");
        let reason = without_position(fault.inner());
        // A missing field is reported at the object that lacks it, an unknown one at itself.
        let missing = reason.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        let (code, path, reason) = match (missing, unknown(&reason)) {
            (Some(field), _) if path == "." => (Code::MissingField, field.to_owned(), "Field required".to_owned()),
            (Some(field), _) => (Code::MissingField, format!("{path}.{field}"), "Field required".to_owned()),
            (None, Some(reason)) => (Code::UnknownField, path, reason),
            (None, None) if path == "." => (Code::InvalidValue, "request".to_owned(), reason),
            (None, None) => (Code::InvalidValue, path, reason),
        };
        Misfit { code, path, reason }
    })
}

/// Checks how many users a request names.
///
/// # Errors
/// 422 at `field`.
pub fn check_size(field: &str, size: usize, most: usize) -> Result<(), ApiError> {
    if (1..=most).contains(&size) { Ok(()) } else { Err(ApiError::field(field, &format!("Name 1 to {most} users"))) }
}

/// The text of a problem without the line and column, which the path says better. The texts of `serde` are all there is to
/// tell a missing field from an unknown one: `serde_json::Error` keeps nothing else, and an error type of our own needs a
/// `Deserializer` of our own around that of `serde_json`. The tests below notice when `serde` changes them.
fn without_position(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    let position = format!(" at line {} column {}", fault.line(), fault.column());
    text.strip_suffix(&position).map(ToOwned::to_owned).unwrap_or(text)
}

/// Says of an unknown field which ones are known.
fn unknown(reason: &str) -> Option<String> {
    let (_, known) = reason.strip_prefix("unknown field `")?.split_once("`, ")?;
    let known = known.strip_prefix("expected ").unwrap_or("none").trim_start_matches("one of ");
    let known = known.replace(" or ", ", ").replace('`', "");
    Some(format!("Unknown field. Nothing was changed. Known fields: {known}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::Amount;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct User {
        #[expect(dead_code, reason = "read by serde")]
        user_id: String,
    }

    #[derive(Debug, Deserialize)]
    struct Users {
        #[expect(dead_code, reason = "read by serde")]
        users: Vec<User>,
    }

    fn problem(body: &str) -> (u16, String) {
        let error = read::<Users>(body.as_bytes()).expect_err("wrong");
        (error.status().as_u16(), format!("{error:?}"))
    }

    #[test]
    fn problem_has_its_path_and_its_code() {
        for (body, path, code) in [
            ("{}", "users: Field required", "missing_field"),
            (
                r#"{"users":[{"user_id":1}]}"#,
                "users.0.user_id: invalid type: integer `1`, expected a string\"",
                "invalid_value",
            ),
            (r#"{"users":[{}]}"#, "users.0.user_id: Field required", "missing_field"),
            (
                r#"{"users":[{"user_id":"a","is_admin":true}]}"#,
                "users.0.is_admin: Unknown field. Nothing was changed. Known fields: user_id",
                "unknown_field",
            ),
            ("[]", "request: Input should be an object", "invalid_json"),
            ("{", "request: This is not JSON", "invalid_json"),
            ("", "request: This is not JSON", "invalid_json"),
        ] {
            let (status, text) = problem(body);
            assert_eq!(status, 422, "{body}");
            assert!(text.contains(path) && text.contains(code), "{body}: {text}");
        }
    }

    #[derive(Debug, Deserialize)]
    struct Limits {
        soft: Option<Amount>,
        hard: Amount,
    }

    #[test]
    fn amount_in_a_body_is_read_exactly() {
        let limits: Limits = read(br#"{"soft": null, "hard": 123456789.123456789}"#).expect("limits");
        assert!(limits.soft.is_none());
        assert_eq!(limits.hard.0.typed(), "123456789.123456789");
        let limits: Limits = read(br#"{"soft": 0.000000001, "hard": 1}"#).expect("limits");
        assert_eq!(limits.soft.map(|amount| amount.0.typed()).as_deref(), Some("0.000000001"));
        let refused = format!("{:?}", read::<Limits>(br#"{"hard": "1"}"#).expect_err("text"));
        assert!(refused.contains("hard: Input should be a number from 0 to 999999999.999999999\""), "{refused}");
    }

    #[test]
    fn field_sent_twice_is_refused() {
        let (status, text) = problem(r#"{"users":[],"users":[]}"#);
        assert_eq!(status, 422);
        assert!(text.contains("duplicate field `users`"), "{text}");
    }

    #[test]
    fn a_deep_body_is_a_problem_and_no_crash() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(problem(&deep).0, 422);
    }
}
