//! What pages and `/v1` read: one read model per object, with its filter and order as values.
//!
//! A list of the console shows a page of fewer columns, and `/v1` tells all of them with a bounded total.

mod access_anomalies;
mod access_matrix;
mod access_snapshots;
pub mod audit;
pub mod budget_requests;
pub mod budgets;
pub mod drift;
pub mod explain;
mod gateways;
mod holdings;
mod identity_provider;
mod jobs;
mod keycloak_import;
pub mod litellm;
mod members;
pub mod my_access;
mod overview;
pub mod project_budgets;
pub mod project_page;
pub mod projects;
mod scope;
pub mod spending;
pub mod suggestions;
mod usage;
pub mod user_page;
pub mod users;

pub use access_anomalies::{access_anomalies, access_anomaly};
pub use access_matrix::access_matrix;
pub use access_snapshots::access_snapshots;
pub use gateways::gateways;
pub use identity_provider::{IdentityProviderState, identity_provider};
pub use jobs::{deliveries, jobs};
pub use keycloak_import::keycloak_import;
pub use overview::overview;
pub use scope::ReadScope;
