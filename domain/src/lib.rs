//! What is true without a database or a browser: types, rules and arithmetic.
//!
//! Everything here is pure and also compiled to WebAssembly. Input is parsed into these types at the edge
//! (a form, a URL, a JSON body); the rest of the program never sees an unchecked string or number.

#[macro_use]
pub mod text;
pub mod time_zone;
#[macro_use]
pub mod draft;

pub mod access_anomaly;
pub mod access_matrix;
pub mod access_snapshot;
pub mod actor;
pub mod audit;
pub mod break_glass;
pub mod budget;
pub mod claims;
pub mod conflict;
pub mod count;
pub mod csv;
pub mod delivery;
pub mod denial;
pub mod doctor;
pub mod drift;
pub mod email;
pub mod error;
pub mod explain;
pub mod figures;
pub mod flash;
pub mod form;
pub mod gateway;
pub mod id;
pub mod identity_move;
pub mod import;
pub mod job;
pub mod keycloak_user;
pub mod litellm;
pub mod mode;
pub mod moment;
pub mod money;
pub mod overview;
pub mod page;
pub mod password;
pub mod permission;
pub mod project;
pub mod provider;
pub mod reset_period;
pub mod role;
pub mod session;
pub mod shortened;
pub mod spend;
pub mod spending;
pub mod suggestion;
pub mod usage;
pub mod user;
pub mod username;
pub mod view;
pub mod violation;
