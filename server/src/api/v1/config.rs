//! What this console can do, and that it is there.

use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::mode::Mode;
use serde::Serialize;
use services::Settings;
use std::borrow::Cow;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The value of `idpProvider` where Bursar keeps the passwords.
const LOCAL: &str = "local";

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(config)).routes(routes!(info)).routes(routes!(healthcheck))
}

/// A component that is switched on; what is off is not listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "features:userManagement", "settings": {"enabled": true}}))]
pub struct Component {
    /// What it is called.
    id: &'static str,
    /// How it is set.
    settings: ComponentSettings,
}

/// How a component is set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentSettings {
    /// Always true.
    enabled: bool,
    /// The value, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Cow<'static, str>>,
}

/// The switches of this console.
#[utoipa::path(
    get,
    path = "/config",
    operation_id = "get_configuration",
    tag = "configuration",
    responses((status = OK, description = "The components that are switched on.", body = [Component])),
)]
async fn config(State(state): State<AppState>) -> Json<Vec<Component>> {
    let provider = state.services.identity().map_or(LOCAL, |provider| provider.kind().key());
    Json(components(state.services.settings(), provider))
}

fn components(settings: &Settings, provider: &'static str) -> Vec<Component> {
    let on = |id| Component { id, settings: ComponentSettings { enabled: true, value: None } };
    let valued = |id, value| Component { id, settings: ComponentSettings { enabled: true, value: Some(value) } };
    let mut all = vec![valued("idpProvider", Cow::Borrowed(provider))];
    if provider == LOCAL {
        let least = settings.password_policy.min_length().to_string();
        all.push(valued("passwordMinLength", Cow::Owned(least)));
    }
    if settings.mode == Mode::Platform {
        all.extend([on("features:userManagement"), on("features:userAbilityToCreateProject")]);
    }
    if settings.budgets {
        all.push(on("features:budgetManagement"));
    }
    all
}

/// What this is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "Bursar", "version": "0.1.0", "description": "Who may use a shared AI platform, where, and for how much."}))]
pub struct Info {
    message: &'static str,
    version: &'static str,
    description: &'static str,
}

/// What this is, and which version of it.
#[utoipa::path(
    get,
    path = "/info",
    operation_id = "get_info",
    tag = "configuration",
    responses((status = OK, description = "Name and version.", body = Info)),
)]
async fn info() -> Json<Info> {
    Json(Info {
        message: "Bursar",
        version: env!("CARGO_PKG_VERSION"),
        description: "Who may use a shared AI platform, where, and for how much.",
    })
}

/// That it answers.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = json!({"status": "healthy"}))]
pub struct Health {
    status: &'static str,
}

/// Whether it answers.
#[utoipa::path(
    get,
    path = "/healthcheck",
    operation_id = "check_health",
    tag = "configuration",
    responses((status = OK, description = "Bursar answers.", body = Health)),
)]
async fn healthcheck() -> Json<Health> {
    Json(Health { status: "healthy" })
}
