//! The component kit: what every page is made of. Shown on `/_gallery` in development builds.
//!
//! Native elements only, and everything but copying works without scripts.

mod avatar;
mod badge;
mod banner;
mod breadcrumbs;
mod button;
mod card;
mod choice;
mod conflict;
mod copy;
mod count;
mod dialog;
mod empty;
mod error;
mod error_summary;
mod facts;
mod field;
mod filter;
pub mod form;
mod hydrated;
mod icon;
mod meter;
mod money;
mod nav;
mod page_head;
mod pager;
mod palette;
mod scope;
mod search;
mod section;
mod sheet;
mod skeleton;
mod status;
mod table;
mod tabs;
#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests;
mod time;
mod toast;

pub use avatar::*;
pub use badge::*;
pub use banner::*;
pub use breadcrumbs::*;
pub use button::*;
pub use card::*;
pub use choice::*;
pub use conflict::*;
pub use copy::*;
pub use count::*;
pub use dialog::*;
pub use empty::*;
pub use error::*;
pub use error_summary::*;
pub use facts::*;
pub use field::*;
pub use filter::*;
pub use icon::*;
pub use meter::*;
pub use money::*;
pub use nav::*;
pub use page_head::*;
pub use pager::*;
pub use palette::*;
pub use scope::{FieldScope, field_id};
pub use search::*;
pub use section::*;
pub use sheet::*;
pub use skeleton::*;
pub use status::*;
pub use table::*;
pub use tabs::*;
pub use time::*;
pub use toast::*;
