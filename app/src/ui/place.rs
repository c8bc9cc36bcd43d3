//! Where the user is: the focus, the scroll position and what was entered, kept over everything that changes the document
//! in place.
//!
//! After an action or a search all of it stays; a refusal takes the focus. A link opens a page at its top, with the focus on
//! its heading or on the field that is filled in first. Back returns to where the page was left, and to the link that
//! was followed. What happened is said in one live region.

mod edited;
mod spot;

use super::recent;
use super::waiting::Waiting;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::Array;
use leptos::web_sys::{
    Element, FocusOptions, HtmlElement, HtmlFormElement, HtmlInputElement, ScrollRestoration, UrlSearchParams,
};
pub use spot::Spot;
use std::time::Duration;

/// What the next change of the page leads to.
#[derive(Clone, Default)]
enum Next {
    /// Scroll and focus stay.
    #[default]
    Stay,
    /// This form was refused; the focus goes to the reason.
    Refusal(HtmlFormElement),
    /// The focus goes to the first result in this part of the page.
    Results(Element),
    /// The user went back or forward.
    Return,
}

impl Next {
    const fn refused_form(&self) -> Option<&HtmlFormElement> {
        match self {
            Self::Refusal(form) => Some(form),
            _ => None,
        }
    }
}

/// The user's place in the document. Provided in browsers only.
#[derive(Clone, Copy)]
pub struct Place {
    next: StoredValue<Next, LocalStorage>,
    /// Path and query of the page on the screen.
    shown: StoredValue<(String, String)>,
    /// Path of the page whose forms were shown last; none while the browser has them from the server.
    settled: StoredValue<Option<String>>,
    /// The control that had the focus last, but for those of the live region.
    control: StoredValue<Option<HtmlElement>, LocalStorage>,
    said: RwSignal<String>,
    waiting: Waiting,
}

impl Place {
    /// Follows where the user goes. Has to be called before the router listens: a followed link moves the page.
    pub fn provide(waiting: Waiting) {
        let place = Self {
            next: StoredValue::new_local(Next::Stay),
            shown: StoredValue::new(address()),
            settled: StoredValue::new(None),
            control: StoredValue::new_local(None),
            said: RwSignal::new(String::new()),
            waiting,
        };
        provide_context(place);
        // The browser would scroll before the page is there. A document that it loads itself is its own matter.
        let restore = |by| drop(history().and_then(|history| history.set_scroll_restoration(by)));
        restore(ScrollRestoration::Manual);
        let _ = window_event_listener_untyped("pagehide", move |_| restore(ScrollRestoration::Auto));
        let _ = window_event_listener_untyped("pageshow", move |_| restore(ScrollRestoration::Manual));
        let _ = window_event_listener(ev::popstate, move |_| {
            // Nothing is read to go to another part of the page on the screen.
            if address() == place.shown.get_value() {
                return_to();
            } else {
                place.next.set_value(Next::Return);
            }
        });
        let _ = window_event_listener_untyped("scrollend", move |_| place.remember(None));
        let _ = window_event_listener(ev::focusin, move |event| {
            let control = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
            if let Some(control) = control.filter(|control| !is_in_live_region(control)) {
                place.control.set_value(Some(control));
            }
        });
        let _ = window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(link) = target.and_then(|target| target.closest("a[href]").ok().flatten()) {
                place.next.set_value(match link.get_attribute("rel").as_deref() {
                    Some("next" | "prev") => main().map_or(Next::Stay, Next::Results),
                    _ => Next::Stay,
                });
                place.remember(link.get_attribute("href"));
            }
        });
    }

    /// Keeps in the history at which position the page on the screen is left, and by which link.
    fn remember(self, link: Option<String>) {
        if self.next.with_value(|next| matches!(next, Next::Return)) {
            return;
        }
        let position = window().scroll_y().unwrap_or_default();
        let left = Array::of2(&JsValue::from(position), &link.map_or(JsValue::NULL, JsValue::from));
        drop(history().and_then(|history| history.replace_state(&left, "")));
    }

    /// A form was done, or refused.
    pub fn answered(self, form: &HtmlFormElement, was_done: bool) {
        edited::accept(form);
        self.next.set_value(if was_done { Next::Stay } else { Next::Refusal(form.clone()) });
    }

    /// The focus goes to the first result of a search, at once when nothing is read any more.
    pub fn lead_to_results(self, within: Element) {
        self.next.set_value(Next::Results(within));
        if self.waiting.is_over() {
            set_timeout(move || self.arrive(None), Duration::ZERO);
        }
    }

    /// The page at `path` is about to be shown, in place of what is on the screen or once more.
    pub fn settle(self, path: &str) {
        let before = self.settled.try_update_value(|settled| settled.replace(path.to_owned())).flatten();
        // The forms of another page are other elements. Those on the screen are left as they are: what they hold is about
        // to go, and a field that changed now would be drawn from what is no longer there.
        if before.is_none_or(|before| before == path) {
            edited::keep_edited_forms(self.next.read_value().refused_form());
        }
        self.keep_focus();
    }

    /// What is on the screen is about to change.
    pub fn keep_focus(self) {
        let control = focused()
            .and_then(|control| if is_in_live_region(&control) { self.control.get_value() } else { Some(control) });
        let spot = control.map(Spot::of);
        set_timeout(move || self.arrive(spot), Duration::ZERO);
    }

    /// Leads the focus back from the live region to the page.
    pub fn go_back(self) {
        focus(self.control.get_value());
    }

    fn arrive(self, spot: Option<Spot>) {
        let here = address();
        let before = self.shown.get_value();
        let is_other_page = here.0 != before.0;
        self.shown.set_value(here.clone());
        show_terms(&here.1);
        let next = self.next.try_update_value(std::mem::take).unwrap_or_default();
        edited::announce_edits();
        match next {
            Next::Return => return_to(),
            _ if is_other_page => {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                focus(first("main [autofocus]:not(dialog *)").or_else(heading));
            }
            Next::Refusal(form) => {
                edited::keep_refused_form(form);
                focus(first("main [role=alert]").or_else(|| first("main [aria-invalid=true]")));
            }
            Next::Results(within) => focus(first_result(&within)),
            Next::Stay => {
                if let Some(spot) = spot {
                    spot.restore();
                }
            }
        }
        if is_other_page {
            recent::remember();
            self.say(document().title());
        } else if here != before
            && let Some(result) = first("main [data-result]")
        {
            self.say(result.text_content().unwrap_or_default());
        }
    }

    /// Has screen readers say something when they have finished what they say now.
    pub fn say(self, words: String) {
        self.said.set(words);
    }
}

/// The one live region: what was done, what was found, which page this is.
#[component]
pub fn LiveRegion(
    /// [`super::Toast`].
    children: Children,
) -> impl IntoView {
    let said = use_context::<Place>().map(|place| place.said);
    view! {
        <div role="status">
            <span class="sr-only">{move || said.map(|said| said.get()).unwrap_or_default()}</span>
            {children()}
        </div>
    }
}

/// Search fields show what the address asks for, but not while the user types in them.
fn show_terms(query: &str) {
    let Ok(params) = UrlSearchParams::new_with_str(query) else { return };
    let typing = focused();
    for field in all("form[method=get] input[type=search]").into_iter().filter(|field| typing.as_ref() != Some(field)) {
        let Ok(field) = field.dyn_into::<HtmlInputElement>() else { continue };
        let term = params.get(&field.name()).unwrap_or_default();
        if field.value().trim() != term.trim() {
            field.set_value(&term);
        }
    }
}

/// The position that was kept with a history entry, and the link that was followed from there.
fn return_to() {
    let state = history().ok().and_then(|history| history.state().ok());
    let left = state.and_then(|state| state.dyn_into::<Array>().ok()).unwrap_or_default();
    let link = left.get(1).as_string().and_then(|href| {
        all("main a[href]").into_iter().find(|link| link.get_attribute("href").as_ref() == Some(&href))
    });
    focus(link.or_else(heading));
    window().scroll_to_with_x_and_y(0.0, left.get(0).as_f64().unwrap_or_default());
}

/// Path and query of the page on the screen.
fn address() -> (String, String) {
    let location = window().location();
    (location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}

fn is_in_live_region(control: &HtmlElement) -> bool {
    control.closest("[role=status]").is_ok_and(|region| region.is_some())
}

fn history() -> Result<leptos::web_sys::History, JsValue> {
    window().history()
}

fn main() -> Option<Element> {
    first("main").map(Into::into)
}

fn heading() -> Option<HtmlElement> {
    first("main h1")
}

/// The first link or button of the rows in a part of the page.
pub fn first_result(within: &Element) -> Option<HtmlElement> {
    const RESULT: &str = "tbody :is(a, button), ul :is(a, button)";
    within.query_selector(RESULT).ok().flatten()?.dyn_into().ok()
}

fn first(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Every element that a selector finds, in the order of the document.
pub fn all(selector: &str) -> Vec<HtmlElement> {
    let found = document().query_selector_all(selector).ok();
    let elements = |found: leptos::web_sys::NodeList| {
        (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
    };
    found.map(elements).unwrap_or_default()
}

/// Puts the focus on an element, also on one that the keyboard does not come to, such as a heading.
pub fn focus(element: Option<HtmlElement>) {
    let Some(element) = element else { return };
    if element.tab_index() < 0 && !element.has_attribute("tabindex") {
        let _ = element.set_attribute("tabindex", "-1");
    }
    let _ = element.focus();
}

/// The element that has the focus, if any has.
pub fn focused() -> Option<HtmlElement> {
    let element = document().active_element()?.dyn_into::<HtmlElement>().ok()?;
    (element.tag_name() != "BODY").then_some(element)
}

/// Puts the focus on an element without scrolling to it.
fn focus_in_place(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}
