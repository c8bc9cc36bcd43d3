//! The command palette: users, projects, budgets, pages and actions, found by typing. The focus stays in its field.
//! Without scripts it is a menu of links and actions, and the field searches a list.

mod keys;

use self::keys::{Keys, key, open_by_key};
use super::Views;
use super::hydrated::hydrated;
use super::icon::{Icon, SvgIcon};
use super::listbox::{Search, Source, edits_text, find, marked, row_after};
use leptos::children::ViewFnOnce;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, NodeList};

/// Marks an element of a page that the palette offers as an action, under the label it holds.
pub const PALETTE_ACTION: &str = "data-palette";

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
    /// Opens or focuses the element of the page that is the nth with [`PALETTE_ACTION`].
    OnPage(u32),
}

/// A modal dialog with a field and a list. Ctrl K or Cmd K opens it, `?` opens the list of keys.
#[component]
pub fn CommandPalette(
    /// Unique in the page; buttons open it by `commandfor`.
    #[prop(into)]
    id: String,
    /// Pages and actions, searched by their labels.
    groups: Vec<PaletteGroup>,
    /// Where the rest is found.
    source: Source<Vec<PaletteGroup>>,
    /// The item that searches a list for a text, always last.
    search: Callback<String, PaletteItem>,
    /// The list that the field searches without scripts.
    #[prop(into)]
    action: String,
    /// The forms that items send.
    #[prop(into)]
    forms: ViewFnOnce,
) -> impl IntoView {
    let palette = Palette {
        dialog: NodeRef::new(),
        query: RwSignal::new(String::new()),
        selected: RwSignal::new(0),
        opens_first: RwSignal::new(false),
        on_page: RwSignal::new(Vec::new()),
        found: Search::new(),
        source,
        groups: StoredValue::new(groups),
        search,
    };
    let keys = NodeRef::<html::Dialog>::new();
    open_by_key(palette.dialog, keys);
    let ready = hydrated();
    let shown = Memo::new(move |_| palette.shown());
    let count = Memo::new(move |_| shown.with(|groups| groups.iter().map(|group| group.items.len()).sum::<usize>()));
    let with_scripts = move |role: &'static str| move || ready.get().then_some(role);
    view! {
        <dialog
            id=id
            node_ref=palette.dialog
            popover="auto"
            aria-label="Search or jump to"
            class="m-auto mt-[12vh] max-h-[76dvh] w-[min(36rem,calc(100vw-1rem))] overflow-y-auto rounded-xl bg-raised text-ink shadow-e3"
            on:click=move |event| palette.close_after_choice(&event)
            on:close=move |_| palette.reset()
        >
            <form method="get" action=action role="search" on:submit=|event| event.prevent_default()>
                <label class="sticky top-0 z-1 flex items-center gap-3 border-b border-line bg-raised px-4 text-ink-2">
                    <SvgIcon icon=Icon::Search />
                    <span class="sr-only">"Search or jump to"</span>
                    <input
                        type="text"
                        name="q"
                        maxlength="100"
                        autofocus
                        autocomplete="off"
                        spellcheck="false"
                        placeholder="Search or jump to"
                        class="min-h-12 w-full min-w-0 bg-transparent text-md text-ink focus-visible:outline-none"
                        role=with_scripts("combobox")
                        aria-autocomplete=with_scripts("list")
                        aria-controls=with_scripts("palette-list")
                        aria-expanded=move || ready.get().then(|| if count.get() > 0 { "true" } else { "false" })
                        aria-activedescendant=move || (ready.get() && count.get() > 0).then(|| row_id(palette.selected.get()))
                        prop:value=move || palette.query.get()
                        on:focus=move |_| palette.on_page.set(page_actions())
                        on:input=move |event| palette.follow(event_target_value(&event))
                        on:keydown=move |event| palette.press(&event, count.get_untracked())
                    />
                </label>
            </form>
            <div id="palette-list" role=with_scripts("listbox") aria-label="Results" class="p-1.5" hidden=move || count.get() == 0>
                {move || palette.listed(shown.get(), ready.get())}
            </div>
            <p role="status" class="sr-only">
                {move || (!palette.query.read().trim().is_empty()).then(|| format!("{} results", count.get()))}
            </p>
            {forms.run()}
            {foot()}
        </dialog>
        <Keys dialog=keys />
    }
    .into_any()
}

fn row_id(row: usize) -> String {
    format!("palette-{row}")
}

#[derive(Clone, Copy)]
struct Palette {
    dialog: NodeRef<html::Dialog>,
    query: RwSignal<String>,
    selected: RwSignal<usize>,
    /// Enter was pressed before the answer was there.
    opens_first: RwSignal<bool>,
    on_page: RwSignal<Vec<PaletteItem>>,
    found: Search<Vec<PaletteGroup>>,
    source: Source<Vec<PaletteGroup>>,
    groups: StoredValue<Vec<PaletteGroup>>,
    search: Callback<String, PaletteItem>,
}

impl Palette {
    /// What matches: actions and pages first, because they are there at once, then what is found. A list can always be
    /// searched.
    fn shown(self) -> Vec<PaletteGroup> {
        let query = self.query.get();
        let here = PaletteGroup { label: "On this page".to_owned(), items: self.on_page.get() };
        let mut groups = vec![here];
        groups.extend(self.groups.get_value());
        for group in &mut groups {
            group.items.retain(|item| find(&item.label, &query).is_some());
        }
        let term = query.trim();
        if !term.is_empty() {
            groups.extend(self.found.found.get().into_iter().flatten());
            let items = vec![self.search.run(term.to_owned())];
            groups.push(PaletteGroup { label: "Search".to_owned(), items });
        }
        groups.retain(|group| !group.items.is_empty());
        groups
    }

    fn listed(self, groups: Vec<PaletteGroup>, with_scripts: bool) -> impl IntoView {
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
                    on:click=move |_| self.use_on_page(place)
                >
                    {words}
                </button>
            }
            .into_any(),
        }
    }

    fn follow(self, text: String) {
        self.selected.set(0);
        self.opens_first.set(false);
        self.query.set(text.clone());
        if text.trim().is_empty() {
            return self.found.forget();
        }
        self.found.ask(self.source, text, move || {
            if self.opens_first.get_untracked() {
                self.open(0);
            }
        });
    }

    fn press(self, event: &KeyboardEvent, count: usize) {
        if edits_text(event) {
            return;
        }
        let rows: Vec<usize> = (0..count).collect();
        let selected = self.selected.get_untracked();
        if event.key() == "Enter" {
            event.prevent_default();
            // The only row so far searches a list; what is found comes before it.
            if count == 1 && self.found.is_waiting.get_untracked() {
                self.opens_first.set(true);
            } else {
                self.open(selected);
            }
        } else if let Some(row) = row_after(&event.key(), Some(selected), &rows) {
            event.prevent_default();
            self.selected.set(row);
            if let Some(row) = document().get_element_by_id(&row_id(row)) {
                row.scroll_into_view_with_bool(false);
            }
        }
    }

    fn open(self, row: usize) {
        // After the rows are shown.
        request_animation_frame(move || {
            let row = document().get_element_by_id(&row_id(row)).and_then(|row| row.dyn_into::<HtmlElement>().ok());
            if let Some(row) = row {
                row.click();
            }
        });
    }

    fn use_on_page(self, place: u32) {
        self.close();
        let Some(element) = marked_elements().and_then(|marked| marked.get(place)?.dyn_into::<HtmlElement>().ok())
        else {
            return;
        };
        drop(element.focus());
        // Pages open, and dialogs that ask; anything else waits for the user under the focus.
        if element.has_attribute("commandfor") || element.tag_name() == "A" {
            element.click();
        }
    }

    /// A link followed without loading the document leaves the dialog open, so it is closed here.
    fn close_after_choice(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.and_then(|target| target.closest("#palette-list a").ok().flatten()).is_some() {
            self.close();
        }
    }

    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
            drop(dialog.hide_popover());
        }
        self.reset();
    }

    fn reset(self) {
        self.query.set(String::new());
        self.selected.set(0);
        self.opens_first.set(false);
        self.found.forget();
    }
}

const ROW: &str = "flex min-h-9 w-full items-center gap-2 rounded-md px-2.5 text-start text-sm hover:bg-ink/6 \
    focus-visible:rounded-md focus-visible:-outline-offset-2 aria-selected:bg-ink/8 [&>svg]:flex-none [&>svg]:text-ink-2";

/// What the page on the screen offers.
fn page_actions() -> Vec<PaletteItem> {
    let Some(marked) = marked_elements() else { return Vec::new() };
    let action = |place| {
        let label = marked.get(place)?.dyn_into::<Element>().ok()?.get_attribute(PALETTE_ACTION)?;
        Some(PaletteItem { label, detail: None, icon: Icon::ArrowRight, target: PaletteTarget::OnPage(place) })
    };
    (0..marked.length()).filter_map(action).collect()
}

fn marked_elements() -> Option<NodeList> {
    document().query_selector_all("main [data-palette]:not([disabled])").ok()
}

fn foot() -> impl IntoView {
    view! {
        <p aria-hidden="true" class="flex gap-4 border-t border-line px-4 py-2.5 text-xs text-ink-2">
            <span>{key("Enter")} " open"</span>
            <span>{key("↑")} " " {key("↓")} " select"</span>
            <span>{key("Esc")} " close"</span>
        </p>
    }
}
