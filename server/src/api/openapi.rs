//! The document of the API: made from the handlers, the same for every caller.

use super::idempotency;
use super::openapi_errors;
use super::schema::{NewPasswordText, only};
use super::v1;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use std::sync::LazyLock;
use utoipa::ToSchema as _;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, Header, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ServerBuilder,
};

/// OpenAPI 3.1.
pub static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(document);

/// What the tags of operations mean.
const TAGS: [(&str, &str); 11] = [
    ("sign-in", "Sign-in and sign-out with local accounts"),
    ("profile", "The user of the token"),
    ("users", "Accounts and their roles, as administrators manage them"),
    ("projects", "Projects and their owners"),
    ("members", "The users of a project"),
    ("budgets", "Budgets, and whom they serve"),
    ("gateways", "Reservations and spend, for gateways with a token of their own"),
    ("access", "What a user can do, who can do something, and by which path"),
    ("audit", "What was changed, by whom and when"),
    ("configuration", "What this installation offers"),
    ("compatibility", "Objects that are not kept here: always empty, for clients that look for them"),
];

/// Sends it, with the limits that are configured here.
pub async fn send(State(state): State<AppState>) -> Json<OpenApi> {
    let mut document = DOCUMENT.clone();
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    let password = schemas.and_then(|schemas| schemas.get_mut(&*NewPasswordText::name()));
    if let Some(RefOr::T(Schema::Object(password))) = password {
        password.min_length = Some(state.services.settings().password_policy.min_length());
    }
    Json(document)
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
    const LICENSE: &str = env!("CARGO_PKG_LICENSE");
    let info = InfoBuilder::new()
        .title("Bursar")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Users, projects and budgets of a shared AI platform. docs/api.md explains sign-in, paging, errors, \
             idempotency and limits.",
        ))
        .license(Some(LicenseBuilder::new().name(LICENSE).identifier(Some(LICENSE)).build()));
    let tags = TAGS.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    document = OpenApiBuilder::from(document)
        .info(info)
        .servers(Some([ServerBuilder::new()
            .url("/")
            .description(Some("The Bursar that serves this document"))
            .build()]))
        .tags(Some(tags))
        .build();
    let components = document.components.get_or_insert_default();
    require_combinations(components);
    describe_keys(components);
    for (name, scheme) in [
        ("token", bearer("The token of a user.")),
        ("gateway", bearer("The token of a gateway: `bursar_gw_` and 43 characters.")),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-bursar")))),
    ] {
        components.security_schemes.insert(name.to_owned(), scheme.into());
    }
    openapi_errors::describe(&mut document);
    document
}

fn bearer(text: &str) -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build())
}

/// Adds the rules about several fields together, which the types of single fields cannot state.
fn require_combinations(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        match name.as_str() {
            "ProjectChanges" => object.extensions = only("not", v1::excluded_project_changes()),
            "UserChanges" | "BudgetChanges" | "ProjectBudgetChanges" | "BudgetGroupChanges" => {
                object.min_properties = Some(1);
            }
            _ => {}
        }
    }
}

/// Says of every operation which of the schemes authenticates its requests; none where it is public.
pub fn secure(document: &mut OpenApi, schemes: &[&str]) {
    for_each(document, |_, operation| {
        let requirements = schemes.iter().map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(*name, []));
        operation.security = Some(requirements.collect());
    });
}

/// Whether its requests have to be authenticated.
pub fn is_secured(operation: &Operation) -> bool {
    operation.security.as_ref().is_some_and(|schemes| !schemes.is_empty())
}

/// Says of every creating operation that it may be sent again with the same key.
pub fn accept_keys(document: &mut OpenApi) {
    for_each(document, |method, operation| {
        if method == HttpMethod::Post {
            let key = RefOr::Ref(Ref::new("#/components/parameters/Idempotency-Key"));
            operation.parameters.get_or_insert_default().push(key);
            for response in operation.responses.responses.values_mut() {
                let RefOr::T(response) = response else { continue };
                response.headers.insert(REPLAYED.to_owned(), header_ref(REPLAYED));
            }
        }
    });
}

/// The header of [`accept_keys`], and that of its answer.
fn describe_keys(components: &mut Components) {
    let text = "Sends the same call again safely: it is done once and answered the same. 422 for the key of another \
                request, 409 while that one is being answered.";
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(idempotency::LONGEST))
        .pattern(Some(r"^[\x21-\x7E]([\x20-\x7E]*[\x21-\x7E])?$"));
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(schema));
    components.parameters.insert("Idempotency-Key".to_owned(), key.build().into());
    components.headers.insert(REPLAYED.to_owned(), header("`true`: this call was done before.").into());
}

const REPLAYED: &str = "Idempotency-Replayed";

/// A header of an answer that may be missing.
pub fn header(text: &str) -> Header {
    HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).description(Some(text)).build()
}

/// A header that stands among the components.
pub fn header_ref(name: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))
}

/// Changes every operation.
pub fn for_each(document: &mut OpenApi, mut change: impl FnMut(HttpMethod, &mut Operation)) {
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            change(method, operation);
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
