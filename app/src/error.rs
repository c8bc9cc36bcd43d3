//! Why a page or an action was refused, on its way to the browser.

use domain::error::Refusal;
use domain::violation::Violation;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A refusal, with the id of the request it happened in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{refusal}")]
pub struct PageError {
    /// What to tell the user.
    pub refusal: Refusal,
    /// What the user may quote.
    pub request_id: Option<String>,
}

impl FromServerFnError for PageError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        match value {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Refusal::from(Violation::ForeignForm).into()
            }
            ServerFnErrorErr::Request(_) => Refusal::Unavailable.into(),
            _ => Refusal::Internal.into(),
        }
    }
}

#[cfg(not(feature = "ssr"))]
impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, request_id: None }
    }
}

#[cfg(feature = "ssr")]
impl From<Refusal> for PageError {
    /// Also gives the answer its status: the document's when a page is rendered, the call's when a script asks.
    fn from(refusal: Refusal) -> Self {
        crate::request::set_status(refusal.status());
        if let Some(detour) = crate::detour::Detour::of(&refusal) {
            crate::request::redirect(&(detour.address)(&crate::request::current_page()));
        }
        Self { refusal, request_id: crate::request::request_id() }
    }
}
