//! What the palette offers, and how it is listed.

use super::Palette;
use super::page_actions::use_on_page;
use crate::ui::Views;
use crate::ui::icon::{Icon, SvgIcon};
use crate::ui::listbox::marked;
use leptos::prelude::*;

/// A heading with its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteGroup {
    /// The heading.
    pub label: String,
    /// In the order shown.
    pub items: Vec<PaletteItem>,
}

/// Something to open or to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteItem {
    /// The name on screens.
    pub label: String,
    /// Quietly at the right.
    pub detail: Option<String>,
    /// Its drawing.
    pub icon: Icon,
    /// What choosing it does.
    pub target: PaletteTarget,
}

/// What choosing an item does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaletteTarget {
    /// Opens a page.
    Link(String),
    /// Sends the form with this id, with a field of its own if there is one.
    Form(&'static str, Option<(&'static str, &'static str)>),
    /// Opens or focuses the element of the page that is the nth that the palette offers.
    OnPage(usize),
}

/// The id of the row at a place in the list.
pub(super) fn row_id(row: usize) -> String {
    format!("palette-{row}")
}

impl Palette {
    pub(super) fn groups(self, groups: Vec<PaletteGroup>, with_scripts: bool) -> impl IntoView {
        let mut rows = 0..;
        let group = |(place, group): (usize, PaletteGroup)| {
            let heading = format!("palette-group-{place}");
            let id = heading.clone();
            let items =
                group.items.into_iter().zip(&mut rows).map(|(item, row)| self.row(item, row, with_scripts)).views();
            view! {
                <div role=with_scripts.then_some("group") aria-labelledby=heading>
                    <p id=id role=with_scripts.then_some("presentation") class="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-2">
                        {group.label}
                    </p>
                    {items}
                </div>
            }
        };
        groups.into_iter().enumerate().map(group).views()
    }

    fn row(self, item: PaletteItem, row: usize, with_scripts: bool) -> AnyView {
        let PaletteItem { label, detail, icon, target } = item;
        let label = marked(&label, &self.query.get_untracked());
        let detail = detail.map(|detail| view! { <span class="ms-auto truncate text-xs text-ink-2">{detail}</span> });
        let words = view! {
            <SvgIcon icon />
            <span class="min-w-0 truncate">{label}</span>
            {detail}
        };
        let role = with_scripts.then_some("option");
        let tabindex = with_scripts.then_some("-1");
        let selected = move || role.map(|_| if self.selected.get() == row { "true" } else { "false" });
        match target {
            PaletteTarget::Link(href) => view! {
                <a id=row_id(row) href=href role=role tabindex=tabindex aria-selected=selected class=ROW>
                    {words}
                </a>
            }
            .into_any(),
            PaletteTarget::Form(form, field) => view! {
                <button
                    id=row_id(row)
                    type="submit"
                    form=form
                    name=field.map(|field| field.0)
                    value=field.map(|field| field.1)
                    role=role
                    tabindex=tabindex
                    aria-selected=selected
                    class=ROW
                >
                    {words}
                </button>
            }
            .into_any(),
            PaletteTarget::OnPage(place) => view! {
                <button
                    id=row_id(row)
                    type="button"
                    role=role
                    tabindex=tabindex
                    aria-selected=selected
                    class=ROW
                    on:click=move |_| {
                        self.close();
                        use_on_page(place);
                    }
                >
                    {words}
                </button>
            }
            .into_any(),
        }
    }
}

const ROW: &str = "flex min-h-9 w-full items-center gap-2 rounded-md px-2.5 text-start text-sm hover:bg-ink/6 \
    focus-visible:rounded-md focus-visible:-outline-offset-2 aria-selected:bg-ink/8 [&>svg]:flex-none [&>svg]:text-ink-2";
