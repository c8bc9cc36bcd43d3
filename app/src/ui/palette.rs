//! The command palette: users, projects, budgets, pages and actions, found by typing. The focus stays in its field.
//! Without scripts it is a menu of links and actions, and the field searches a list.

mod item;
mod keys;
mod page_actions;

use self::item::row_id;
pub use self::item::{PaletteGroup, PaletteItem, PaletteTarget};
use self::keys::{Keys, key, open_by_key};
use self::page_actions::page_actions;
use super::hydrated::{hydrated, is_on_link};
use super::icon::{Icon, SvgIcon};
use super::listbox::{Search, Source, combobox, edits_text, find, row_after};
use super::recent::{self, RecentPage};
use leptos::children::ViewFnOnce;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// A modal dialog with a field and a list. Ctrl K or Cmd K opens it, `?` opens the list of keys.
#[component]
pub fn CommandPalette(
    /// Unique in the page; buttons open it by `commandfor`.
    #[prop(into)]
    id: String,
    /// Who is signed in.
    user: String,
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
        recent: RwSignal::new(Vec::new()),
        on_page: RwSignal::new(Vec::new()),
        search: Search::new(),
        source,
        groups: StoredValue::new(groups),
        list_search: search,
    };
    let keys = NodeRef::<html::Dialog>::new();
    open_by_key(palette.dialog, keys);
    let ready = hydrated();
    Effect::new(move |_| {
        // The palette of a page that was left has no signals any more.
        if ready.try_get() == Some(true) {
            recent::begin(&user);
            recent::remember();
        }
    });
    let shown = Memo::new(move |_| palette.shown());
    let count = Memo::new(move |_| shown.with(|groups| item_count(groups)));
    let has_rows = move || count.get() > 0;
    let selected_row = move || has_rows().then(|| row_id(palette.selected.get()));
    view! {
        <dialog
            id=id
            node_ref=palette.dialog
            popover="auto"
            aria-label="Search or jump to"
            class="m-auto mt-[12vh] max-h-[76dvh] w-[min(36rem,calc(100vw-1rem))] overflow-y-auto rounded-xl bg-raised text-ink shadow-e3"
            // A link followed in place leaves it open.
            on:click=move |event| if is_on_link(&event) { palette.close() }
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
                        {..combobox("palette-list".to_owned(), has_rows, selected_row)}
                        prop:value=move || palette.query.get()
                        on:focus=move |_| palette.read_page()
                        on:input=move |event| palette.follow(event_target_value(&event))
                        on:keydown=move |event| palette.press(&event, count.get_untracked())
                    />
                </label>
            </form>
            <div id="palette-list" role=move || ready.get().then_some("listbox") aria-label="Results" class="p-1.5" hidden=move || !has_rows()>
                {move || palette.groups(shown.get(), ready.get())}
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

#[derive(Clone, Copy)]
struct Palette {
    dialog: NodeRef<html::Dialog>,
    query: RwSignal<String>,
    selected: RwSignal<usize>,
    recent: RwSignal<Vec<PaletteItem>>,
    on_page: RwSignal<Vec<PaletteItem>>,
    search: Search<Vec<PaletteGroup>>,
    source: Source<Vec<PaletteGroup>>,
    groups: StoredValue<Vec<PaletteGroup>>,
    list_search: Callback<String, PaletteItem>,
}

impl Palette {
    /// The actions and pages that match. They come first, because they are there at once.
    fn own(self) -> Vec<PaletteGroup> {
        let query = self.query.get();
        let here = PaletteGroup { label: "On this page".to_owned(), items: self.on_page.get() };
        // A text finds them among all others.
        let recent = if query.trim().is_empty() { self.recent.get() } else { Vec::new() };
        let mut groups = vec![PaletteGroup { label: "Recent".to_owned(), items: recent }, here];
        groups.extend(self.groups.get_value());
        for group in &mut groups {
            group.items.retain(|item| find(&item.label, &query).is_some());
        }
        groups
    }

    /// What matches, then what is found. A list can always be searched.
    fn shown(self) -> Vec<PaletteGroup> {
        let mut groups = self.own();
        let query = self.query.get();
        let term = query.trim();
        if !term.is_empty() {
            groups.extend(self.search.found.get().into_iter().flatten());
            let items = vec![self.list_search.run(term.to_owned())];
            groups.push(PaletteGroup { label: "Search".to_owned(), items });
        }
        groups.retain(|group| !group.items.is_empty());
        groups
    }

    /// Offers what the page on the screen offers, and the pages opened before it.
    fn read_page(self) {
        self.on_page.set(page_actions());
        self.recent.set(recent::recent_pages().into_iter().map(recent_item).collect());
    }

    fn follow(self, text: String) {
        self.selected.set(0);
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.set_scroll_top(0);
        }
        self.query.set(text.clone());
        if text.trim().is_empty() {
            return self.search.clear();
        }
        self.search.start(self.source, text, move |is_confirmed| {
            if is_confirmed {
                self.open(0);
            }
        });
    }

    fn press(self, event: &KeyboardEvent, count: usize) {
        if edits_text(event) {
            return;
        }
        // What the last answer found is not what the text means now.
        let certain = if self.search.is_waiting.get_untracked() { untrack(|| item_count(&self.own())) } else { count };
        let rows: Vec<usize> = (0..certain).collect();
        let selected = self.selected.get_untracked();
        if event.key() == "Enter" {
            event.prevent_default();
            if selected < certain {
                self.open(selected);
            } else {
                self.search.confirm();
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
            // A search that did not begin need not.
            self.search.clear();
        });
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
        self.search.clear();
    }
}

fn recent_item(page: RecentPage) -> PaletteItem {
    let icon = match page.noun.as_str() {
        "project" => Icon::Folder,
        "budget" => Icon::Wallet,
        _ => Icon::User,
    };
    PaletteItem { label: page.label, detail: Some(page.noun), icon, target: PaletteTarget::Link(page.path) }
}

fn item_count(groups: &[PaletteGroup]) -> usize {
    groups.iter().map(|group| group.items.len()).sum()
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
