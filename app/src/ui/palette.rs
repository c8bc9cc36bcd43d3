//! The command palette: every place one may open, found by typing. Without scripts it is a menu of links.

use super::Views;
use super::hydrated::is_on_link;
use super::icon::{Icon, SvgIcon};
use leptos::ev::{self, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// A heading with its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteGroup {
    /// The heading.
    pub label: String,
    /// In the order shown.
    pub items: Vec<PaletteItem>,
}

/// Something one can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteItem {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub href: String,
    /// Its drawing.
    pub icon: Icon,
    /// Quietly at the right.
    pub detail: Option<String>,
}

/// A modal dialog with a field and links. Ctrl K or Cmd K opens it, typing narrows it, the arrows go through what is
/// left, Enter opens the first, Escape closes.
#[component]
pub fn CommandPalette(
    /// Unique in the page; buttons open it by `commandfor`.
    #[prop(into)]
    id: String,
    /// What there is.
    groups: Vec<PaletteGroup>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let query = RwSignal::new(String::new());
    open_by_key(dialog);
    let anything = groups.iter().flat_map(|group| &group.items).map(|item| item.label.clone()).collect::<Vec<_>>();
    let nothing = move || !anything.iter().any(|label| query.with(|query| find(label, query).is_some()));
    view! {
        <dialog
            id=id
            node_ref=dialog
            popover="auto"
            aria-label="Search or jump to"
            class="m-auto mt-[12vh] max-h-[76dvh] w-[min(36rem,calc(100vw-1rem))] overflow-y-auto rounded-xl bg-raised text-ink shadow-e3"
            on:keydown=move |event| move_focus(&event, dialog)
            on:click=move |event| close_after_choice(&event, dialog)
            on:close=move |_| query.set(String::new())
        >
            <label class="sticky top-0 z-1 flex items-center gap-3 border-b border-line bg-raised px-4 text-ink-2">
                <SvgIcon icon=Icon::Search />
                <span class="sr-only">"Search or jump to"</span>
                <input
                    type="text"
                    autofocus
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="Search or jump to"
                    class="min-h-12 w-full min-w-0 bg-transparent text-md text-ink focus-visible:outline-none"
                    prop:value=move || query.get()
                    on:input=move |event| query.set(event_target_value(&event))
                />
            </label>
            <div class="p-1.5">{groups.into_iter().map(|group| listed(group, query)).views()}</div>
            <p role="status" class="px-4 pb-4 text-sm text-ink-2 empty:hidden">
                {move || nothing().then_some("Nothing you may open is called that.")}
            </p>
            <p aria-hidden="true" class="flex gap-4 border-t border-line px-4 py-2.5 text-xs text-ink-2">
                <span>{key("Enter")} " open"</span>
                <span>{key("↓")} " next"</span>
                <span>{key("Esc")} " close"</span>
            </p>
        </dialog>
    }
    .into_any()
}

fn key(name: &'static str) -> impl IntoView {
    view! { <kbd class="rounded-[3px] px-1 font-sans text-2xs font-medium inset-ring inset-ring-line-2">{name}</kbd> }
}

fn listed(group: PaletteGroup, query: RwSignal<String>) -> impl IntoView {
    let labels: Vec<String> = group.items.iter().map(|item| item.label.clone()).collect();
    let is_empty = move || !labels.iter().any(|label| query.with(|query| find(label, query).is_some()));
    let item = move |item: PaletteItem| {
        let label = item.label.clone();
        let is_away = move || query.with(|query| find(&label, query).is_none());
        let label = item.label;
        view! {
            <li hidden=is_away>
                <a
                    href=item.href
                    class="flex min-h-9 items-center gap-2 rounded-md px-2.5 text-sm hover:bg-ink/6 focus-visible:rounded-md focus-visible:bg-ink/6 focus-visible:-outline-offset-2 [&>svg]:text-ink-2"
                >
                    <SvgIcon icon=item.icon />
                    <span>{move || query.with(|query| marked(&label, query))}</span>
                    {item.detail.map(|detail| view! { <span class="ms-auto truncate text-xs text-ink-2">{detail}</span> }).views()}
                </a>
            </li>
        }
    };
    view! {
        <section hidden=is_empty>
            <h2 class="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-2">{group.label}</h2>
            <ul>{group.items.into_iter().map(item).views()}</ul>
        </section>
    }
}

/// Where `query` stands in `label` without regard to case; everything matches nothing typed.
fn find(label: &str, query: &str) -> Option<std::ops::Range<usize>> {
    let query = query.trim().to_lowercase();
    let starts = label.char_indices().map(|(at, _)| at).chain([label.len()]);
    starts.into_iter().find_map(|start| {
        let mut rest = query.chars();
        let mut wanted = rest.next();
        let mut end = start;
        for letter in label[start..].chars() {
            if wanted.is_none() {
                break;
            }
            for lower in letter.to_lowercase() {
                if wanted != Some(lower) {
                    return None;
                }
                wanted = rest.next();
            }
            end += letter.len_utf8();
        }
        wanted.is_none().then_some(start..end)
    })
}

/// The label with the part that matches underlined.
fn marked(label: &str, query: &str) -> impl IntoView + use<> {
    let found = find(label, query).unwrap_or(0..0);
    let (before, middle, after) = (&label[..found.start], &label[found.clone()], &label[found.end..]);
    (
        before.to_owned(),
        view! {
            <mark class="bg-transparent font-semibold text-inherit underline decoration-accent decoration-2 underline-offset-[0.18em]">
                {middle.to_owned()}
            </mark>
        },
        after.to_owned(),
    )
}

fn open_by_key(dialog: NodeRef<html::Dialog>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let is_shortcut = (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k");
            if let (true, Some(dialog)) = (is_shortcut, dialog.get_untracked()) {
                event.prevent_default();
                if !dialog.open() {
                    // It may be open as a popover already; then there is nothing to do.
                    drop(dialog.show_modal());
                }
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Arrows go through the links that are left, Enter in the field opens the first.
fn move_focus(event: &KeyboardEvent, dialog: NodeRef<html::Dialog>) {
    let Some(dialog) = dialog.get_untracked() else { return };
    let Ok(nodes) = dialog.query_selector_all("section:not([hidden]) li:not([hidden]) a") else { return };
    let links: Vec<HtmlElement> =
        (0..nodes.length()).filter_map(|at| nodes.item(at)?.dyn_into::<HtmlElement>().ok()).collect();
    let focused = document().active_element();
    let at = links.iter().position(|link| focused.as_ref() == Some(link.as_ref()));
    let next = match event.key().as_str() {
        "ArrowDown" => at.map_or(0, |at| (at + 1).min(links.len().saturating_sub(1))),
        "ArrowUp" => at.unwrap_or(0).saturating_sub(1),
        "Enter" if at.is_none() => {
            event.prevent_default();
            if let Some(first) = links.first() {
                first.click();
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(link) = links.get(next) {
        drop(link.focus());
    }
}

/// A link followed without loading the document leaves the dialog open, so it is closed here.
fn close_after_choice(event: &ev::MouseEvent, dialog: NodeRef<html::Dialog>) {
    if let (true, Some(dialog)) = (is_on_link(event), dialog.get_untracked()) {
        dialog.close();
        drop(dialog.hide_popover());
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn typing_finds_without_regard_to_case() {
        assert_eq!(find("Users management", "MAN"), Some(6..9));
        assert_eq!(find("Users management", ""), Some(0..0));
        assert_eq!(find("Users management", "managers"), None);
        assert_eq!(find("Équipe", "éq"), Some(0..3));
        assert_eq!(find("", "x"), None);
    }
}
