//! What the wire has beside this console: things that are not kept here. Clients walk them before they delete a
//! project, and go on when there is nothing.

use crate::state::AppState;
use axum::Json;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// No page of nothing.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"data": [], "pagination": {"total": 0, "page": 0, "per_page": 0, "pages": 0}}))]
pub struct NoPage {
    data: Vec<Value>,
    pagination: NoPages,
}

/// No pages.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct NoPages {
    total: u32,
    page: u32,
    per_page: u32,
    pages: u32,
}

/// No skills.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"skills": [], "page": 0, "perPage": 0, "total": 0, "pages": 0}))]
pub struct NoSkills {
    skills: Vec<Value>,
    page: u32,
    #[serde(rename = "perPage")]
    per_page: u32,
    total: u32,
    pages: u32,
}

/// Addresses with nothing behind them, each with a handler of its own, for the document.
macro_rules! nothing {
    ($($name:ident: $path:literal, $body:ty, $summary:literal;)*) => {
        /// The addresses of this file.
        pub fn routes() -> OpenApiRouter<AppState> {
            OpenApiRouter::new()$(.routes(routes!($name)))*
        }

        $(
            #[doc = $summary]
            #[utoipa::path(
                get,
                path = $path,
                tag = "compatibility",
                responses((status = OK, description = "Always empty.", body = $body)),
            )]
            async fn $name() -> Json<$body> {
                Json(<$body>::default())
            }
        )*
    };
}

nothing! {
    assistants: "/assistants", NoPage, "Assistants are not kept here.";
    categories: "/assistants/categories", Vec<Value>, "Categories of assistants are not kept here.";
    workflows: "/workflows", NoPage, "Workflows are not kept here.";
    index: "/index", NoPage, "Data sources are not kept here.";
    project_settings: "/settings/project", NoPage, "Integrations of projects are not kept here.";
    user_settings: "/settings/user", NoPage, "Integrations of people are not kept here.";
    skills: "/skills", NoSkills, "Skills are not kept here.";
    providers: "/providers", Vec<Value>, "Providers are not kept here.";
    llm_models: "/llm_models", Vec<Value>, "Models are not kept here.";
    embeddings_models: "/embeddings_models", Vec<Value>, "Models are not kept here.";
}
