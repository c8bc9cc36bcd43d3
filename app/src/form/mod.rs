//! The one way to send a form and to show what came of it. Knows no area: what one of them adds, registers itself.

#[cfg(feature = "ssr")]
mod choice;
mod confirm_form;
mod edit_form;
mod field_column;
mod flash;
mod flash_view;
#[cfg(feature = "hydrate")]
mod post;
mod post_form;
#[cfg(feature = "ssr")]
mod posted;
mod send;
mod stamp;
mod under_way;

#[cfg(feature = "ssr")]
pub(crate) use choice::Choice;
pub use confirm_form::*;
pub(crate) use edit_form::Edited;
pub(crate) use field_column::FieldColumn;
pub use flash::*;
pub(crate) use flash_view::{banner, toast};
#[cfg(feature = "hydrate")]
pub(crate) use post::request_of;
pub use post_form::PostForm;
#[cfg(feature = "ssr")]
pub use posted::Posted;
#[cfg(feature = "ssr")]
pub(crate) use posted::posted;
pub use send::*;
#[cfg(feature = "ssr")]
pub(crate) use stamp::FormUser;
#[cfg(feature = "hydrate")]
pub(crate) use under_way::end_all_on_return;
