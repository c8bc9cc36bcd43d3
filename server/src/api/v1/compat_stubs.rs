//! Collections of the public API contract that Bursar does not keep. API clients read them before they delete a project
//! and go on when they are empty.

use crate::state::AppState;
use axum::Json;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// An empty page.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"data": [], "pagination": {"total": 0, "page": 0, "per_page": 0, "pages": 0}}))]
pub struct EmptyPage {
    data: Vec<Value>,
    pagination: EmptyPagination,
}

/// Zero rows.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct EmptyPagination {
    total: u32,
    page: u32,
    per_page: u32,
    pages: u32,
}

/// An empty page of skills.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"skills": [], "page": 0, "perPage": 0, "total": 0, "pages": 0}))]
pub struct EmptySkills {
    skills: Vec<Value>,
    page: u32,
    #[serde(rename = "perPage")]
    per_page: u32,
    total: u32,
    pages: u32,
}

/// Makes a handler for each collection, because the OpenAPI document needs one for each operation.
macro_rules! empty_collections {
    ($($name:ident: $path:literal, $body:ty, $summary:literal;)*) => {
        /// The routes of this file.
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

empty_collections! {
    assistants: "/assistants", EmptyPage, "Assistants are not kept here.";
    categories: "/assistants/categories", Vec<Value>, "Categories of assistants are not kept here.";
    workflows: "/workflows", EmptyPage, "Workflows are not kept here.";
    index: "/index", EmptyPage, "Data sources are not kept here.";
    project_settings: "/settings/project", EmptyPage, "Integrations of projects are not kept here.";
    user_settings: "/settings/user", EmptyPage, "Integrations of users are not kept here.";
    skills: "/skills", EmptySkills, "Skills are not kept here.";
    providers: "/providers", Vec<Value>, "Providers are not kept here.";
    llm_models: "/llm_models", Vec<Value>, "Models are not kept here.";
    embeddings_models: "/embeddings_models", Vec<Value>, "Models are not kept here.";
}
