//! The built-in matrix: what the roles of Bursar may do, as the permission table says.

use super::grid::{Glyph, GridCell, GridColumn, GridRow, grid, legend};
use crate::form::Hidden;
use crate::paths;
use crate::ui::{ButtonKind, EmptyKind, EmptyState, FilterBar, LinkButton, SearchField};
use domain::access_matrix::{MatrixQuery, MatrixView};
use domain::permission::{Permission, Scope, scope};
use domain::role::Role;
use leptos::prelude::*;

pub(super) fn matrix(query: &MatrixQuery) -> AnyView {
    let found = Permission::ALL.iter().copied().filter(|permission| query.finds(permission.title()));
    let rows: Vec<GridRow> = found.map(row).collect();
    let columns = Role::ALL.map(|role| GridColumn { label: role.title().to_owned(), detail: String::new() });
    let reaches = [Some(Scope::Platform), Some(Scope::Project), Some(Scope::Own), None];
    let content = if rows.is_empty() {
        no_match(query)
    } else {
        view! {
            <div class="px-gutter pb-12">
                {legend(reaches.map(|scope| (glyph(scope), meaning(scope))))}
                {grid("Bursar’s own permissions", "Permission", columns.into(), rows)}
            </div>
        }
        .into_any()
    };
    view! { {bar(query)} {content} }.into_any()
}

fn row(permission: Permission) -> GridRow {
    let cells = Role::ALL.map(|role| {
        let reach = scope(permission, role);
        let word = if reach.is_some() { meaning(reach) } else { "" };
        GridCell { glyph: glyph(reach), meaning: meaning(reach).to_owned(), word: word.to_owned(), footnote: None }
    });
    GridRow {
        group: None,
        title: permission.title().to_owned(),
        detail: String::new(),
        is_code: false,
        href: Some(paths::who_can(permission)),
        cells: cells.into(),
    }
}

const fn glyph(reach: Option<Scope>) -> Glyph {
    match reach {
        Some(Scope::Platform) => Glyph::Disc,
        Some(Scope::Project) => Glyph::HalfDisc,
        Some(Scope::Own) => Glyph::Ring,
        None => Glyph::Dash,
    }
}

const fn meaning(reach: Option<Scope>) -> &'static str {
    match reach {
        Some(Scope::Platform) => "All",
        Some(Scope::Project) => "Own project",
        Some(Scope::Own) => "Own",
        None => "No access",
    }
}

fn bar(query: &MatrixQuery) -> impl IntoView + use<> {
    let value = query.search.as_ref().map(ToString::to_string).unwrap_or_default();
    let search = move || view! { <SearchField label="Search permissions" placeholder="Permission" value /> };
    let clear = query.is_filtered().then(|| clear(query));
    view! {
        <FilterBar action=paths::ACCESS_MATRIX search>
            <Hidden fields=vec![("matrix", MatrixView::Bursar.key().to_owned())] />
            {clear}
        </FilterBar>
    }
}

pub(super) fn clear(query: &MatrixQuery) -> impl IntoView + use<> {
    let href = paths::access_matrix(&query.unfiltered());
    view! {
        <LinkButton href kind=ButtonKind::Quiet>
            "Clear"
        </LinkButton>
    }
}

pub(super) fn no_match(query: &MatrixQuery) -> AnyView {
    let href = paths::access_matrix(&query.unfiltered());
    let (title, what) = match query.view {
        MatrixView::Declared => ("No roles found", "role"),
        MatrixView::Bursar => ("No permissions found", "permission"),
    };
    let text = format!("No {what} matches this search and these filters.");
    let actions = move || view! { <LinkButton href>"Clear filters"</LinkButton> };
    view! { <EmptyState kind=EmptyKind::NoMatch title text actions /> }.into_any()
}
