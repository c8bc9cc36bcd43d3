//! Forms that the user edited, when the page is shown again.
//!
//! The elements of a form live on then, and in a field that was edited a browser keeps what the user entered, whatever the
//! page says by now. So an edited form is kept whole, with the stored values that it was rendered with: from these the
//! server tells what other users saved meanwhile. Every other form shows what the page says.

use super::all;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{
    Event, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement,
};

const FORMS: &str = "main form[method=post]";
/// A hidden text area holds the basis of an edit: see `EditBasis`.
const FIELDS: &str = "input:not([type=hidden]), select, textarea";
const BASIS: &str = "textarea[hidden]";
/// Marks a form that shows what was sent and refused, until it is sent again.
const REFUSED: &str = "data-refused";

/// Before a page is shown again: what was not edited is to show what the page says, and an edited form what it shows now.
pub(super) fn keep_edited_forms(refused: Option<&HtmlFormElement>) {
    for form in forms().filter(|form| refused != Some(form)) {
        if is_edited(&form) {
            fields(&form).for_each(|field| field.hold());
        } else {
            // Without a change to undo, this lets go of what was held.
            form.reset();
        }
    }
}

/// The page shows the values of a refused form, and what they are to be compared with. Later pages keep them.
pub(super) fn keep_refused_form(form: HtmlFormElement) {
    let action = form.get_attribute("action");
    // With a choice between two versions it is another element.
    let form = Some(form).filter(|form| form.is_connected());
    let form = form.or_else(|| forms().find(|form| form.get_attribute("action") == action));
    if let Some(form) = form {
        let _ = form.set_attribute(REFUSED, "");
        for basis in elements(&form, BASIS) {
            let basis: &HtmlTextAreaElement = basis.unchecked_ref();
            basis.set_value(&basis.default_value().unwrap_or_default());
        }
    }
}

/// What was sent is done.
pub(super) fn accept(form: &HtmlFormElement) {
    let _ = form.remove_attribute(REFUSED);
}

/// What was entered is news to all that follows a field and was made again with the page.
pub(super) fn announce_edits() {
    let edited: Vec<_> = forms().flat_map(|form| fields(&form).filter(Field::is_edited).collect::<Vec<_>>()).collect();
    for Field(element) in edited {
        for kind in ["input", "change"] {
            if let Ok(event) = Event::new(kind) {
                event.init_event_with_bubbles(kind, true);
                let _ = element.dispatch_event(&event);
            }
        }
    }
}

fn forms() -> impl Iterator<Item = HtmlFormElement> {
    all(FORMS).into_iter().filter_map(|form| form.dyn_into().ok())
}

fn is_edited(form: &HtmlFormElement) -> bool {
    form.has_attribute(REFUSED) || fields(form).any(|field| field.is_edited())
}

fn fields(form: &HtmlFormElement) -> impl Iterator<Item = Field> + use<> {
    elements(form, FIELDS).into_iter().map(Field)
}

fn elements(form: &HtmlFormElement, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = form.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

struct Field(HtmlElement);

impl Field {
    fn is_edited(&self) -> bool {
        if let Some(input) = self.0.dyn_ref::<HtmlInputElement>() {
            if is_choice(input) {
                input.checked() != input.default_checked()
            } else {
                input.value() != input.default_value()
            }
        } else if let Some(select) = self.0.dyn_ref::<HtmlSelectElement>() {
            let option = |selector| select.query_selector(selector).ok().flatten();
            let at_first = option("option[selected]").or_else(|| option("option"));
            at_first.and_then(|option| option.get_attribute("value")).unwrap_or_default() != select.value()
        } else {
            let area: &HtmlTextAreaElement = self.0.unchecked_ref();
            area.default_value().is_ok_and(|at_first| at_first != area.value())
        }
    }

    /// From now on the value belongs to the field, and not to the page. What was edited does so already.
    fn hold(&self) {
        if let Some(select) = self.0.dyn_ref::<HtmlSelectElement>() {
            hold_options(select);
        } else if self.is_edited() {
            // Setting the value could move the caret.
        } else if let Some(input) = self.0.dyn_ref::<HtmlInputElement>() {
            if is_choice(input) { input.set_checked(input.checked()) } else { input.set_value(&input.value()) }
        } else {
            let area: &HtmlTextAreaElement = self.0.unchecked_ref();
            area.set_value(&area.value());
        }
    }
}

/// A choice belongs to the options, and to an option once it was selected or deselected.
fn hold_options(select: &HtmlSelectElement) {
    let chosen = u32::try_from(select.selected_index()).ok();
    let others = (0..select.length()).filter(|at| chosen != Some(*at));
    for option in others.chain(chosen).filter_map(|at| select.item(at)) {
        option.unchecked_ref::<HtmlOptionElement>().set_selected(true);
    }
}

fn is_choice(input: &HtmlInputElement) -> bool {
    matches!(&*input.type_(), "checkbox" | "radio")
}
