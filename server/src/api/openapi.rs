//! The document of the API: made from the handlers, the same for everybody.

use super::error::ErrorBody;
use super::v1;
use axum::Json;
use std::sync::LazyLock;
use utoipa::openapi::path::{HttpMethod, Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema};

/// OpenAPI 3.1. Every answer that is not listed at an operation is the one shape of errors.
pub static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(document);

/// Sends it.
pub async fn send() -> Json<&'static OpenApi> {
    Json(&DOCUMENT)
}

/// The document as it is kept in `docs/openapi.json`.
///
/// # Errors
/// Never: the document is made of texts and numbers.
pub fn text() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&*DOCUMENT).map(|text| text + "\n")
}

fn document() -> OpenApi {
    let (_, mut document) = v1::described().split_for_parts();
    let info = InfoBuilder::new()
        .title("Bursar")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "People, projects and budgets of a shared AI platform. docs/api.md explains signing in, paging, errors, \
             idempotency and limits.",
        ))
        .build();
    document = OpenApiBuilder::from(document).info(info).build();
    let components = document.components.get_or_insert_default();
    let mut schemas = Vec::new();
    ErrorBody::schemas(&mut schemas);
    schemas.push((ErrorBody::name().into_owned(), ErrorBody::schema()));
    components.schemas.extend(schemas);
    for (name, scheme) in [
        ("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build())),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-bursar")))),
    ] {
        components.security_schemes.insert(name.to_owned(), scheme.into());
    }
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
            let failed = ResponseBuilder::new().description("What went wrong").content("application/json", content);
            operation.responses.responses.insert("default".to_owned(), failed.build().into());
        }
    }
    document
}

/// Says of every operation that it needs somebody who is signed in.
pub fn secure(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            let schemes = ["token", "session"];
            operation.security =
                Some(schemes.map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, [])).to_vec());
        }
    }
}

/// The operations of one address.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}
