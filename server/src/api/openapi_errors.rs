//! The errors of the document: which statuses an operation answers with, by what it takes, and their one shape.

use super::error::ErrorBody;
use super::openapi::{for_each, header, header_ref, is_secured};
use http::StatusCode;
use std::collections::BTreeSet;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::{Content, ContentBuilder, Header, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};

/// What each status says, unless an operation says more.
const ERRORS: [(StatusCode, &str); 13] = [
    (StatusCode::BAD_REQUEST, "A rule is broken, or the address cannot be read."),
    (StatusCode::UNAUTHORIZED, "No user is signed in, or the token is not valid."),
    (StatusCode::FORBIDDEN, "The user may not do this."),
    (StatusCode::NOT_FOUND, "There is no such object, or the user may not see it."),
    (StatusCode::CONFLICT, "What is stored is in the way: taken, in use, or changed since it was read."),
    (StatusCode::PRECONDITION_FAILED, "`If-Match` names another version than the stored one."),
    (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is not JSON."),
    (StatusCode::UNPROCESSABLE_ENTITY, "The body or a parameter has the wrong shape."),
    (StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
    (StatusCode::INTERNAL_SERVER_ERROR, "Bursar failed."),
    (StatusCode::SERVICE_UNAVAILABLE, "Bursar cannot answer at this moment. Nothing was changed."),
    (StatusCode::GATEWAY_TIMEOUT, "The database went away while saving: read before you try again."),
];

/// The headers of every answer.
const HEADERS: [(&str, &str); 4] = [
    ("X-Request-Id", "The id of the request in the log of Bursar."),
    ("RateLimit-Limit", "How many requests the user may send in a minute; missing without a limit."),
    ("RateLimit-Remaining", "How many are left."),
    ("RateLimit-Reset", "Seconds until the next minute begins."),
];
const CHALLENGE: (&str, &str) = ("WWW-Authenticate", "What is wrong with the token (RFC 6750).");
const WAIT: (&str, &str) = ("Retry-After", "Seconds to wait before the request is sent again.");

/// Adds to each operation the errors it may answer with. Those that it describes itself keep their words.
pub fn describe(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let mut schemas = Vec::new();
    ErrorBody::schemas(&mut schemas);
    schemas.push((ErrorBody::name().into_owned(), ErrorBody::schema()));
    components.schemas.extend(schemas);
    for (name, text) in HEADERS.into_iter().chain([CHALLENGE, WAIT]) {
        components.headers.insert(name.to_owned(), header(text).into());
    }
    for (status, text) in ERRORS {
        components.responses.insert(name(status), error(status, text).into());
    }
    for_each(document, |method, operation| {
        for (status, response) in &mut operation.responses.responses {
            let (Ok(status), RefOr::T(response)) = (status.parse::<StatusCode>(), response) else { continue };
            if status.as_u16() >= 400 {
                *response = error(status, &response.description);
            } else {
                response.headers.extend(headers(status));
            }
        }
        for status in statuses(&method, operation) {
            let common = RefOr::Ref(Ref::from_response_name(name(status)));
            operation.responses.responses.entry(status.as_str().to_owned()).or_insert(common);
        }
    });
}

/// The errors of an operation of its kind.
fn statuses(method: &HttpMethod, operation: &Operation) -> BTreeSet<StatusCode> {
    let takes = |place: ParameterIn, name: Option<&str>| {
        let mut parameters = operation.parameters.iter().flatten();
        parameters.any(|parameter| match parameter {
            RefOr::T(it) => it.parameter_in == place && name.is_none_or(|name| it.name == name),
            RefOr::Ref(_) => false,
        })
    };
    let (reads, is_secured) = (*method == HttpMethod::Get, is_secured(operation));
    let has_body = operation.request_body.is_some();
    let kinds: [(bool, &[StatusCode]); 7] = [
        (
            true,
            &[
                StatusCode::UNAUTHORIZED,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::INTERNAL_SERVER_ERROR,
                StatusCode::SERVICE_UNAVAILABLE,
            ],
        ),
        (is_secured || !reads, &[StatusCode::FORBIDDEN]),
        (!reads, &[StatusCode::GATEWAY_TIMEOUT]),
        (is_secured && !reads, &[StatusCode::CONFLICT]),
        (takes(ParameterIn::Path, None), &[StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND]),
        (takes(ParameterIn::Header, Some("If-Match")), &[StatusCode::PRECONDITION_FAILED]),
        (has_body, &[StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNSUPPORTED_MEDIA_TYPE]),
    ];
    // A key that is no key.
    let has_key = *method == HttpMethod::Post;
    let shaped = has_body || has_key || takes(ParameterIn::Query, None);
    let all = kinds.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses.iter().copied());
    all.chain(shaped.then_some(StatusCode::UNPROCESSABLE_ENTITY)).collect()
}

fn name(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or_default().replace(' ', "")
}

fn error(status: StatusCode, text: &str) -> Response {
    let mut response = ResponseBuilder::new().description(text).content("application/json", body()).build();
    response.headers.extend(headers(status));
    response
}

fn body() -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build()
}

/// The headers of every answer, and those of its status.
fn headers(status: StatusCode) -> impl Iterator<Item = (String, RefOr<Header>)> {
    let of_status = match status {
        StatusCode::UNAUTHORIZED => Some(CHALLENGE),
        StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Some(WAIT),
        _ => None,
    };
    HEADERS.into_iter().chain(of_status).map(|(name, _)| (name.to_owned(), header_ref(name)))
}
