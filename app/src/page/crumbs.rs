//! The way from the top to a page.

use crate::ui::Crumb;

/// The way to a page below Administration.
pub(crate) fn administration<const N: usize>(steps: [Crumb; N]) -> Vec<Crumb> {
    [Crumb::here("Settings"), Crumb::here("Administration")].into_iter().chain(steps).collect()
}
