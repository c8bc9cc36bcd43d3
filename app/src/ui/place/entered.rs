//! What the user entered and has not sent, when the page is read again or another one takes its place.
//!
//! The elements of a form live on when the page changes, and a field that was edited no longer shows what the page says.
//! Therefore fields are known by what they are for, and not by their elements.

use super::{all, focused};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Event, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

const FIELDS: &str = "main form[method=post] :is(input:not([type=hidden]), select, textarea)";

/// What was entered, by the names of the fields.
pub struct Entered(Vec<(String, Value)>);

#[derive(Clone, PartialEq)]
enum Value {
    Text(String),
    Chosen(bool),
}

struct Field {
    name: String,
    element: HtmlElement,
}

impl Entered {
    /// What differs from what the page at `path` says.
    pub fn on(path: &str) -> Self {
        let changed = fields(path).filter(Field::is_changed);
        Self(changed.map(|field| (field.name.clone(), field.value())).collect())
    }

    /// Shows it in the same fields of the page that is at `path` now, and nowhere else.
    pub fn restore(&self, path: &str) {
        let entered =
            |field: &Field| self.0.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        let typing = focused();
        let fields: Vec<_> = fields(path).map(|field| (entered(&field), field)).collect();
        for (_, field) in fields.iter().filter(|(entered, field)| entered.is_none() && field.is_changed()) {
            field.set(&field.at_first());
        }
        for (entered, field) in fields {
            if let Some(entered) = entered.filter(|entered| *entered != Value::Chosen(false) || !field.is_radio()) {
                let is_typing = typing.as_ref() == Some(&field.element);
                field.set(&if is_typing { field.value() } else { entered });
            }
        }
    }
}

fn fields(path: &str) -> impl Iterator<Item = Field> {
    let path = path.to_owned();
    all(FIELDS).into_iter().map(move |element| {
        let attribute = |name| element.get_attribute(name).unwrap_or_default();
        let row = element.closest("tr").ok().flatten();
        let link = row.and_then(|row| row.query_selector("a[href]").ok()?).and_then(|link| link.get_attribute("href"));
        let value = if is_choice(&element) { attribute("value") } else { String::new() };
        let name = [path.clone(), link.unwrap_or_default(), attribute("id"), attribute("aria-label"), value].join(" ");
        Field { name, element }
    })
}

fn is_choice(element: &HtmlElement) -> bool {
    element.matches("[type=radio], [type=checkbox]").unwrap_or_default()
}

impl Field {
    fn is_radio(&self) -> bool {
        self.element.matches("[type=radio]").unwrap_or_default()
    }

    fn is_changed(&self) -> bool {
        self.value() != self.at_first()
    }

    fn value(&self) -> Value {
        if let Some(input) = self.element.dyn_ref::<HtmlInputElement>() {
            if is_choice(input) { Value::Chosen(input.checked()) } else { Value::Text(input.value()) }
        } else if let Some(select) = self.element.dyn_ref::<HtmlSelectElement>() {
            Value::Text(select.value())
        } else {
            Value::Text(self.element.dyn_ref().map(HtmlTextAreaElement::value).unwrap_or_default())
        }
    }

    /// What the page says.
    fn at_first(&self) -> Value {
        if let Some(input) = self.element.dyn_ref::<HtmlInputElement>() {
            if is_choice(input) { Value::Chosen(input.default_checked()) } else { Value::Text(input.default_value()) }
        } else if self.element.is_instance_of::<HtmlSelectElement>() {
            let option = |selector| self.element.query_selector(selector).ok().flatten();
            let option = option("option[selected]").or_else(|| option("option"));
            Value::Text(option.and_then(|option| option.get_attribute("value")).unwrap_or_default())
        } else {
            Value::Text(self.element.text_content().unwrap_or_default())
        }
    }

    /// Sets the value, which is news to what follows the field.
    fn set(&self, value: &Value) {
        match value {
            // Also the same text puts the caret elsewhere.
            value if self.value() == *value => {}
            Value::Chosen(is_chosen) => self.element.unchecked_ref::<HtmlInputElement>().set_checked(*is_chosen),
            Value::Text(text) => {
                if let Some(select) = self.element.dyn_ref::<HtmlSelectElement>() {
                    select.set_value(text);
                } else if let Some(area) = self.element.dyn_ref::<HtmlTextAreaElement>() {
                    area.set_value(text);
                } else {
                    self.element.unchecked_ref::<HtmlInputElement>().set_value(text);
                }
            }
        }
        for kind in ["input", "change"] {
            if let Ok(event) = Event::new(kind) {
                event.init_event_with_bubbles(kind, true);
                let _ = self.element.dispatch_event(&event);
            }
        }
    }
}
