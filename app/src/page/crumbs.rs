//! The way from the top to a page.

use super::listing::ListQuery;
use crate::ui::Crumb;

/// The way to a page below Administration.
pub(crate) fn administration(steps: impl IntoIterator<Item = Crumb>) -> Vec<Crumb> {
    [Crumb::here("Settings"), Crumb::here("Administration")].into_iter().chain(steps).collect()
}

/// The way to a page below a list.
pub(crate) fn below<Q: ListQuery>(steps: impl IntoIterator<Item = Crumb>) -> Vec<Crumb> {
    administration([Crumb::link(Q::PLACE, Q::PATH)].into_iter().chain(steps))
}
