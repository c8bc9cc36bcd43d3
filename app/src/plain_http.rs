//! Pages that came without TLS.

use serde::{Deserialize, Serialize};

/// A page that came over plain HTTP from another machine: browsers keep no `Secure` cookie from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainHttp {
    /// The origin to use instead, where one is configured.
    pub https_origin: Option<String>,
}
