//! Sending a form in place.

use super::FormOutcome;
use super::stamp::{self, FORM_KEY};
use crate::detour::Detour;
use domain::error::Refusal;
use leptos::ev::SubmitEvent;
use leptos::prelude::window;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{FormData, HtmlDialogElement, HtmlElement, HtmlFormElement, HtmlInputElement, UrlSearchParams};

const UNCERTAIN: u16 = Refusal::Uncertain.status();
/// Marks a form that the browser sends itself.
const AS_DOCUMENT: &str = "data-as-document";

pub(super) fn form_of(event: &SubmitEvent) -> Option<HtmlFormElement> {
    event.target()?.dyn_into().ok()
}

pub(super) fn submitter(event: &SubmitEvent) -> Option<HtmlElement> {
    event.submitter()?.dyn_into().ok()
}

pub(super) fn goes_as_document(form: &HtmlFormElement) -> bool {
    form.has_attribute(AS_DOCUMENT)
}

/// The address and body the browser would send, the button's own name and value among them.
pub(crate) fn request_of(form: &HtmlFormElement, button: Option<&HtmlElement>) -> Option<(String, UrlSearchParams)> {
    let fields = FormData::new_with_form(form).ok()?;
    if let Some(button) = button
        && let (Some(name), Some(value)) = (button.get_attribute("name"), button.get_attribute("value"))
    {
        fields.append_with_str(&name, &value).ok()?;
    }
    let body = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    Some((form.action(), body))
}

/// Sends it. Returns where to go, and whether it was done. When no answer can be read the browser sends the form itself, so that its own error page shows; what the
/// server did by then is not done again, since the form's key is the same.
pub(super) async fn send(
    form: &HtmlFormElement,
    button: Option<&HtmlElement>,
    address: &str,
    body: UrlSearchParams,
) -> Option<(FormOutcome, bool)> {
    let answer = post(address, &body).await;
    close_dialog(button);
    match &answer {
        Some((outcome, was_done)) => settle(form, *was_done && is_on_screen(&outcome.to)),
        None => send_as_document(form, button),
    }
    answer
}

fn send_as_document(form: &HtmlFormElement, button: Option<&HtmlElement>) {
    super::under_way::end(form);
    let _ = form.set_attribute(AS_DOCUMENT, "");
    // A form does not take a button of another form.
    if form.request_submit_with_submitter(button).is_err() {
        let _ = form.request_submit();
    }
    let _ = form.remove_attribute(AS_DOCUMENT);
}

/// Once it was done and the page stays, the form shows what the page says again and is another form; refused, it keeps what
/// was typed.
fn settle(form: &HtmlFormElement, is_another: bool) {
    if !is_another {
        return;
    }
    form.reset();
    let count = u32::try_from(form.length()).unwrap_or_default();
    let mut fields = (0..count).filter_map(|at| form.get_with_index(at)?.dyn_into::<HtmlInputElement>().ok());
    if let (Some(field), Some(key)) = (fields.find(|field| field.name() == FORM_KEY), stamp::new_key()) {
        field.set_value(&key);
    }
}

/// Where to go, and whether it was done.
async fn post(address: &str, body: &UrlSearchParams) -> Option<(FormOutcome, bool)> {
    let request = gloo_net::http::Request::post(address)
        .header("Accept", "application/json")
        .header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
        .body(JsValue::from(body.to_string()))
        .ok()?;
    let response = request.send().await.ok()?;
    let was_done = response.ok();
    if response.status() == UNCERTAIN {
        // Perhaps it was done: the page tells, and sending it again could do it twice.
        let here = FormOutcome { to: window().location().pathname().ok()? };
        return Some((response.json().await.unwrap_or(here), was_done));
    }
    response.json().await.ok().map(|sent| (sent, was_done))
}

/// The dialog a form was sent from has been answered, whether the answer is done or refused: the page says which.
fn close_dialog(button: Option<&HtmlElement>) {
    let dialog = button.and_then(|button| button.closest("dialog").ok().flatten());
    if let Some(dialog) = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok()) {
        // It was opened as one or the other; closing what is not open is refused and changes nothing.
        let _ = dialog.hide_popover();
        dialog.close();
    }
}

/// Whether a path leads to a detour or away from one: the document that shows the old session is left, and nothing of
/// it is read again.
pub(super) fn leaves_document(to: &str, detours: &[Detour]) -> bool {
    !is_on_screen(to) && detours.iter().any(|detour| to.starts_with(detour.path) || is_on_screen(detour.path))
}

/// Whether a path leads to the page that is shown already, whatever its parameters.
pub(super) fn is_on_screen(to: &str) -> bool {
    let path = to.split(['?', '#']).next();
    window().location().pathname().is_ok_and(|here| Some(here.as_str()) == path)
}
