//! Searches, filters and the number of rows: GET forms, which a script sends in place.
//!
//! A search is sent while the user types and leaves no entry in the history. Enter goes on to the first result, the
//! arrows go from row to row.

use crate::form::request_of;
use crate::ui::{Place, first_result, focus, focused};
use crate::url::{params, with_params};
use leptos::ev::{self, KeyboardEvent};
use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement};
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use std::time::Duration;

/// How long after the last key a search begins.
const PAUSE: Duration = Duration::from_millis(200);

/// Sends every GET form of the document in place.
pub(crate) fn search_in_place() {
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let go = move |form: &HtmlFormElement, button: Option<&HtmlElement>, replace| {
        if let Some(to) = address_of(form, button) {
            navigate(&to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        }
    };
    let send = go.clone();
    let _ = window_event_listener(ev::submit, move |event| {
        let form = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.method() == "get" && !event.default_prevented()) else { return };
        event.prevent_default();
        let is_search = focused().is_some_and(|field| is_search(&field));
        let results = is_search.then(|| form.closest("section, main").ok().flatten()).flatten();
        let button = event.submitter().and_then(|button| button.dyn_into::<HtmlElement>().ok());
        forget_unsent(&form, hide_popover(button.as_ref()).as_ref());
        place.keep_focus();
        send(&form, button.as_ref(), is_search);
        if let Some(results) = results {
            place.lead_to_results(results);
        }
    });
    let send = go.clone();
    let path = use_location().pathname;
    let search = debounce(PAUSE, move |(field, on_page): (HtmlInputElement, String)| {
        // Not when another page is being opened meanwhile.
        if let Some(form) = field.form().filter(|_| on_page == *path.read_untracked()) {
            forget_unsent(&form, None);
            send(&form, None, true);
        }
    });
    let search = StoredValue::new_local(search);
    let _ = window_event_listener(ev::input, move |event| {
        let field = event.target().and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        if let Some(field) = field.filter(|field| is_search(field)) {
            search.try_update_value(|search| search((field, path.get_untracked())));
        }
    });
    let _ = window_event_listener(ev::change, move |event| {
        let select = event.target().and_then(|select| select.dyn_into::<HtmlSelectElement>().ok());
        if let Some(form) = select.and_then(|select| select.form()).filter(|form| form.method() == "get") {
            go(&form, None, false);
        }
    });
    let _ = window_event_listener(ev::keydown, |event| go_through_rows(&event));
}

/// The address that a GET form leads to, without what is empty.
fn address_of(form: &HtmlFormElement, button: Option<&HtmlElement>) -> Option<String> {
    let (_, fields) = request_of(form, button)?;
    let fields = params(&String::from(fields.to_string()));
    let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
    Some(with_params(&form.get_attribute("action")?, &fields))
}

fn is_search(field: &HtmlElement) -> bool {
    field.matches("form[method=get] input[type=search]:not([role=combobox])").unwrap_or_default()
}

/// Closes the popover of the filter that the form was sent from.
fn hide_popover(button: Option<&HtmlElement>) -> Option<HtmlElement> {
    let popover = |control: &HtmlElement| control.closest("[popover]").ok()??.dyn_into::<HtmlElement>().ok();
    let popover =
        focused().as_ref().and_then(popover).or_else(|| button.filter(|_| focused().is_none()).and_then(popover));
    popover.inspect(|popover| drop(popover.hide_popover()))
}

/// What was entered in the popovers of other filters, and not sent from there, goes back to what applies.
fn forget_unsent(form: &HtmlFormElement, sent_from: Option<&HtmlElement>) {
    for at in 0..u32::try_from(form.length()).unwrap_or_default() {
        let field = form.get_with_index(at).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let Some(field) = field else { continue };
        let popover = field.closest("[popover]").ok().flatten();
        if popover.is_some_and(|popover| sent_from.is_none_or(|sent_from| popover != **sent_from)) {
            field.set_value(&field.default_value());
            field.set_checked(field.default_checked());
        }
    }
}

/// The arrows go from the search field to the first row, and from the first link of a row to that of the next.
fn go_through_rows(event: &KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let Some(from) = focused() else { return };
    let to = if is_search(&from) {
        let part = from.closest("section, main").ok().flatten();
        part.filter(|_| step > 0).and_then(|part| first_result(&part))
    } else {
        next_row(&from, step)
    };
    if to.is_some() {
        event.prevent_default();
        focus(to);
    }
}

fn next_row(from: &HtmlElement, step: i32) -> Option<HtmlElement> {
    let link = |row: &Element| row.query_selector("a").ok().flatten();
    let row = from.closest("tbody tr").ok().flatten().filter(|row| link(row).as_deref() == Some(from))?;
    let next = if step > 0 { row.next_element_sibling() } else { row.previous_element_sibling() };
    let search = || from.closest("section, main").ok()??.query_selector("input[type=search]").ok().flatten();
    let next = next.as_ref().and_then(link).or_else(|| (step < 0).then(search).flatten());
    next?.dyn_into().ok()
}
