//! The tabs of the access matrix.

use crate::paths;
use crate::ui::{Tab, Tabs};
use domain::access_matrix::{MatrixQuery, MatrixView};
use leptos::prelude::*;

/// The tab that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Current {
    Matrix(MatrixView),
    Anomalies,
    Snapshots,
}

/// Tabs to the matrices, to the anomalies and to the snapshots.
pub(super) fn tabs(current: Current, is_declared: bool) -> impl IntoView + use<> {
    let tab = |label: &str, of: Current| Tab {
        label: label.to_owned(),
        href: match of {
            Current::Matrix(view) => paths::access_matrix(&MatrixQuery { view, ..MatrixQuery::default() }),
            Current::Anomalies => paths::ACCESS_ANOMALIES.to_owned(),
            Current::Snapshots => paths::ACCESS_SNAPSHOTS.to_owned(),
        },
        count: None,
        is_current: current == of,
    };
    let declared = is_declared.then(|| tab("Roles by resource", Current::Matrix(MatrixView::Declared)));
    let others = [
        tab("Bursar’s own permissions", Current::Matrix(MatrixView::Bursar)),
        tab("Anomalies", Current::Anomalies),
        tab("Snapshots", Current::Snapshots),
    ];
    view! { <Tabs label="Access" tabs=declared.into_iter().chain(others).collect() /> }
}
