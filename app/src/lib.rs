//! What people see: pages, components and server functions.
//!
//! Compiled twice: with `ssr` into the server, with `hydrate` into WebAssembly. Every page is complete as
//! server-rendered HTML; the browser's copy adds live search, sending forms in place and the command palette.

#![recursion_limit = "256"]
#![expect(missing_docs, reason = "server functions make public fields of their parameters")]

pub mod access_matrix;
pub mod account;
pub mod audit;
pub mod budget_requests;
mod budgets;
#[cfg(feature = "ssr")]
pub mod cookies;
mod detour;
#[cfg(feature = "ssr")]
pub mod document;
pub mod effective_access;
pub mod error;
pub mod form;
#[cfg(debug_assertions)]
mod gallery;
pub mod gateways;
pub mod identity_provider;
mod index;
pub mod jobs;
mod layout;
mod lazy_pages;
pub mod litellm;
pub mod me;
pub mod next;
pub mod overview;
pub mod page;
pub mod paths;
pub mod plain_http;
pub mod projects;
mod read;
#[cfg(feature = "ssr")]
pub mod request;
pub mod routes;
pub mod spending;
pub mod suggestions;
pub mod theme;
pub mod ui;
pub mod url;
pub mod users;

#[cfg(feature = "ssr")]
pub use document::shell;
pub use routes::{App, provide_detours};
