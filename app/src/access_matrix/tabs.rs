//! The tabs of the access matrix.

use crate::paths;
use crate::ui::{Tab, Tabs};
use domain::access_matrix::{MatrixQuery, MatrixView};
use leptos::prelude::*;

/// Tabs to the matrices and to the snapshots; `current` is `None` on the page of the snapshots.
pub(super) fn tabs(current: Option<MatrixView>, is_declared: bool) -> impl IntoView + use<> {
    let tab = |label: &str, view| Tab {
        label: label.to_owned(),
        href: paths::access_matrix(&MatrixQuery { view, ..MatrixQuery::default() }),
        count: None,
        is_current: current == Some(view),
    };
    let declared = is_declared.then(|| tab("Roles by resource", MatrixView::Declared));
    let snapshots = Tab {
        label: "Snapshots".to_owned(),
        href: paths::ACCESS_SNAPSHOTS.to_owned(),
        count: None,
        is_current: current.is_none(),
    };
    let tabs = declared.into_iter().chain([tab("Bursar’s own permissions", MatrixView::Bursar), snapshots]).collect();
    view! { <Tabs label="Access" tabs /> }
}
