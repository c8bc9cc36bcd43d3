//! The visual parts of the navigation. The side navigation and the phone's drawer are one element: a popover that on
//! a wide window stands in the page.

use super::Views;
use super::avatar::Avatar;
use super::dialog::{ITEM, MenuRule, POPOVER};
use super::hydrated::is_on_link;
use super::icon::{Icon, IconSize, Mark, SvgIcon};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// Id of the drawer, for the phone bar's "More".
const DRAWER: &str = "side";

/// A place in the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavLink {
    /// Where it is.
    pub href: String,
    /// What it is called.
    pub label: String,
    /// Its drawing; places under Administration have none.
    pub icon: Option<Icon>,
    /// How many things wait there.
    pub waiting: Option<String>,
}

impl NavLink {
    /// A place with a drawing.
    pub fn new(href: &str, label: &str, icon: Icon) -> Self {
        Self { href: href.to_owned(), label: label.to_owned(), icon: Some(icon), waiting: None }
    }

    /// With how much waits there.
    #[must_use]
    pub fn with_waiting(self, waiting: Option<String>) -> Self {
        Self { waiting, ..self }
    }

    /// A place under Administration.
    pub fn plain(href: &str, label: &str) -> Self {
        Self { href: href.to_owned(), label: label.to_owned(), icon: None, waiting: None }
    }
}

/// The person at the foot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavPerson {
    /// Decides the tint of the avatar: the user's id.
    pub seed: String,
    /// Name as shown.
    pub name: String,
    /// Platform role as shown.
    pub role: String,
}

/// Mark, jump field, areas, Settings with Administration, the person at the foot.
#[component]
pub fn SideNav(
    /// Top places, if any.
    areas: Vec<NavLink>,
    /// Profile and My access.
    settings: Vec<NavLink>,
    /// Places under Administration; it is left out when there are none.
    administration: Vec<NavLink>,
    /// The person at the foot.
    person: NavPerson,
    /// The path of the page on the screen.
    #[prop(into)]
    path: Signal<String>,
    /// Id of the command palette, which the jump field opens.
    #[prop(into)]
    palette: String,
    /// What the person's menu offers besides Settings: theme and signing out.
    #[prop(into)]
    account: ViewFnOnce,
) -> impl IntoView {
    let in_menu = settings.clone();
    let drawer = NodeRef::<leptos::html::Aside>::new();
    // A link followed without loading the document would leave the drawer open; in a wide window it is not one.
    let close = move |event| {
        if let (true, Some(drawer)) = (is_on_link(&event), drawer.get_untracked()) {
            drop(drawer.hide_popover());
        }
    };
    let areas = (!areas.is_empty()).then(|| {
        view! {
            <nav aria-label="Bursar">
                <ul class="grid gap-px">{entries(areas, path)}</ul>
            </nav>
        }
    });
    view! {
        <aside
            id=DRAWER
            node_ref=drawer
            on:click=close
            popover="auto"
            aria-label="Main"
            class="print:hidden! h-dvh max-h-none flex-col overflow-y-auto bg-canvas text-ink [scrollbar-width:thin] max-nav:fixed max-nav:z-30 max-nav:inset-y-0 max-nav:start-0 max-nav:end-auto max-nav:w-[min(20rem,88vw)] max-nav:px-3 max-nav:py-4 max-nav:shadow-e3 max-nav:open:flex nav:sticky nav:inset-auto nav:top-0 nav:flex nav:w-auto nav:px-2.5 nav:pt-3 nav:pb-2.5"
        >
            {brand()}
            {jump(palette)}
            {areas}
            <h2 id="nav-settings" class="px-2 pt-4 pb-1 text-xs font-medium text-ink-2">
                "Settings"
            </h2>
            <nav aria-labelledby="nav-settings">
                <ul class="grid gap-px">
                    {entries(settings, path)}
                    {(!administration.is_empty()).then(|| administration_tree(administration, path))}
                </ul>
            </nav>
            {profile(person, in_menu, account)}
        </aside>
    }
    .into_any()
}

fn brand() -> impl IntoView {
    view! {
        <a
            href="/"
            class="flex h-8 flex-none items-center gap-2.25 rounded-md px-2 text-md font-title tracking-tight focus-visible:rounded-md"
        >
            <Mark />
            "Bursar"
        </a>
    }
}

fn jump(palette: String) -> impl IntoView {
    view! {
        <button
            type="button"
            commandfor=palette.clone()
            command="show-modal"
            popovertarget=palette
            aria-keyshortcuts="Control+K Meta+K"
            class="mt-3 mb-3.5 flex min-h-control-sm w-full flex-none items-center gap-2 rounded-md bg-paper ps-2 pe-1.5 text-start text-sm text-ink-2 ring ring-line-2 hover:text-ink focus-visible:rounded-md"
        >
            <SvgIcon icon=Icon::Search />
            "Search or jump to"
            <kbd
                aria-hidden="true"
                class="ms-auto rounded-[3px] px-1 font-sans text-2xs font-medium inset-ring inset-ring-line-2 max-nav:hidden"
            >
                "Ctrl K"
            </kbd>
        </button>
    }
}

const PLACE: &str = "flex min-h-7.5 items-center gap-2.5 rounded-md px-2 py-0.5 text-sm font-medium text-ink-2 \
    hover:bg-ink/5 hover:text-ink focus-visible:rounded-md aria-[current]:bg-paper aria-[current]:text-ink \
    aria-[current]:shadow-e1 aria-[current]:ring aria-[current]:ring-line-2 [&>svg]:text-ink-3 \
    aria-[current]:[&>svg]:text-accent-ink max-nav:min-h-11 max-nav:text-md";

fn entries(links: Vec<NavLink>, path: Signal<String>) -> impl IntoView {
    let entry = move |link: NavLink| {
        let current = current_page(link.href.clone(), path);
        view! {
            <li>
                <a href=link.href aria-current=current class=PLACE>
                    {link.icon.map(|icon| view! { <SvgIcon icon /> }).views()}
                    {link.label}
                    {link.waiting.map(waiting).views()}
                </a>
            </li>
        }
    };
    links.into_iter().map(entry).views()
}

fn waiting(count: String) -> impl IntoView {
    view! {
        <span class="num ms-auto font-normal">
            {count} <span class="sr-only">" waiting"</span>
        </span>
    }
}

/// `page` on the place itself, `true` on the pages within it.
fn current_page(href: String, path: Signal<String>) -> impl Fn() -> Option<&'static str> + Clone + Send + 'static {
    move || path.with(|path| place_of(&href, path))
}

fn place_of(href: &str, path: &str) -> Option<&'static str> {
    let rest = path.strip_prefix(href)?;
    match rest {
        "" | "/" => Some("page"),
        _ if rest.starts_with('/') => Some("true"),
        _ => None,
    }
}

fn administration_tree(links: Vec<NavLink>, path: Signal<String>) -> impl IntoView {
    view! {
        <li>
            <details open class="group/tree">
                <summary class=[PLACE, "group-open/tree:text-ink"].join(" ")>
                    <SvgIcon icon=Icon::Landmark />
                    "Administration"
                    <span class="ms-auto -rotate-90 text-ink-3 transition-transform group-open/tree:rotate-0">
                        <SvgIcon icon=Icon::ChevronDown size=IconSize::Small />
                    </span>
                </summary>
                <ul class="ms-3.75 mt-px grid gap-px border-s border-line-2 ps-2.25">{entries(links, path)}</ul>
            </details>
        </li>
    }
}

fn profile(person: NavPerson, settings: Vec<NavLink>, account: ViewFnOnce) -> impl IntoView {
    let place = |link: NavLink| {
        view! {
            <a href=link.href class=ITEM>
                {link.icon.map(|icon| view! { <SvgIcon icon /> }).views()}
                {link.label}
            </a>
        }
    };
    let menu = NodeRef::<leptos::html::Div>::new();
    let close = move |event| {
        if let (true, Some(menu)) = (is_on_link(&event), menu.get_untracked()) {
            drop(menu.hide_popover());
        }
    };
    view! {
        <div class="mt-auto flex-none pt-3">
            <button
                type="button"
                popovertarget="account-menu"
                class="flex w-full items-center gap-2.5 rounded-md px-2 py-1.75 text-start hover:bg-paper hover:ring hover:ring-line-2 focus-visible:rounded-md"
            >
                <Avatar name=person.name.clone() seed=person.seed />
                <span class="min-w-0 flex-1">
                    <span class="block truncate text-sm font-strong">{person.name}</span>
                    <span class="block truncate text-xs text-ink-2">{person.role}</span>
                </span>
                <span class="sr-only">"Account and settings"</span>
                <span class="text-ink-3">
                    <SvgIcon icon=Icon::Settings />
                </span>
            </button>
            <div id="account-menu" node_ref=menu on:click=close popover="auto" class=[POPOVER, "min-w-53 [position-area:top_span-right]"].join(" ")>
                {settings.into_iter().map(place).views()}
                <MenuRule />
                {account.run()}
            </div>
        </div>
    }
}

/// The phone's bars: mark and search above; four places and the drawer below.
#[component]
pub fn PhoneBars(
    /// At most four places.
    links: Vec<NavLink>,
    /// The path of the page on the screen.
    #[prop(into)]
    path: Signal<String>,
    /// Id of the command palette.
    #[prop(into)]
    palette: String,
) -> impl IntoView {
    view! {
        <header class="sticky top-0 z-10 flex min-h-12 items-center gap-1 border-b border-line bg-paper py-1 ps-3 pe-2 nav:hidden print:hidden">
            <div class="me-auto">{brand()}</div>
            <button
                type="button"
                commandfor=palette.clone()
                command="show-modal"
                popovertarget=palette
                aria-label="Search or jump to"
                class="grid size-11 place-content-center rounded-md text-ink-2 hover:text-ink focus-visible:rounded-md"
            >
                <SvgIcon icon=Icon::Search size=IconSize::Large />
            </button>
        </header>
        <nav
            aria-label="Places"
            class="fixed inset-x-0 bottom-0 z-10 grid auto-cols-fr grid-flow-col border-t border-line-2 bg-raised px-1 pt-1 pb-[calc(0.25rem+env(safe-area-inset-bottom))] nav:hidden print:hidden"
        >
            {links.into_iter().take(4).map(|link| bar_place(link, path)).views()}
            <button type="button" popovertarget=DRAWER class=BAR_PLACE>
                <SvgIcon icon=Icon::Menu size=IconSize::Large />
                "More"
            </button>
        </nav>
    }
    .into_any()
}

const BAR_PLACE: &str = "grid min-h-13 min-w-0 place-content-center justify-items-center gap-0.75 rounded-md \
    text-center text-2xs/3.5 font-medium text-ink-2 focus-visible:rounded-md focus-visible:-outline-offset-2 \
    aria-[current]:font-semibold aria-[current]:text-accent-ink";

fn bar_place(link: NavLink, path: Signal<String>) -> impl IntoView {
    let current = current_page(link.href.clone(), path);
    view! {
        <a href=link.href aria-current=current class=BAR_PLACE>
            {link.icon.map(|icon| view! { <SvgIcon icon size=IconSize::Large /> }).views()}
            {link.label}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::place_of;

    #[test]
    fn a_place_is_current_on_its_own_pages_and_no_others() {
        assert_eq!(place_of("/projects", "/projects"), Some("page"));
        assert_eq!(place_of("/projects", "/projects/atlas"), Some("true"));
        assert_eq!(place_of("/projects", "/projects-old"), None);
        assert_eq!(place_of("/projects", "/users"), None);
    }
}
