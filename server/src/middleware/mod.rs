//! What surrounds every page and action, one idea a file. The order stands in [`crate::router`].

pub mod access_log;
pub mod body_limit;
pub mod csrf;
pub mod error_pages;
pub mod peer;
pub mod posted;
pub mod readiness;
pub mod request_id;
pub mod security_headers;
pub mod see_other;
pub mod session;
pub mod timeout;
pub mod transport;
