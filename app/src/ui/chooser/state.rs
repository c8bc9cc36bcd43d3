//! What is typed, suggested and chosen.

use crate::ui::SuggestionSource;
use crate::ui::listbox::{Search, edits_text, row_after};
use crate::ui::place::{Place, focus, focused};
use domain::suggestion::{MAX_SUGGESTIONS, Suggestion, SuggestionKind};
use leptos::ev::{self, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, HtmlInputElement};

/// What a chooser holds before it is made again: typed before scripts ran, or before the page was read again.
#[derive(Default)]
pub(super) struct Held {
    pub(super) text: String,
    pub(super) chosen: String,
    pub(super) detail: String,
}

impl Held {
    /// What the field with this id holds in the document; `name` is that of the choice.
    pub(super) fn by(id: &str, name: &str) -> Option<Self> {
        // There is no document on the server.
        use_context::<Place>()?;
        let element = |id: &str| document().get_element_by_id(id);
        let field: HtmlInputElement = element(id)?.dyn_into().ok()?;
        let choice = format!("input[name='{name}']:is([type=hidden], :checked)");
        let choice = field.form()?.query_selector(&choice).ok().flatten();
        let chosen = choice.and_then(|choice| choice.dyn_into().ok()).as_ref().map(HtmlInputElement::value);
        // A document has a space where a text is empty.
        let detail = element(&[id, "-detail"].concat()).and_then(|detail| detail.text_content()).unwrap_or_default();
        Some(Self { text: field.value(), chosen: chosen.unwrap_or_default(), detail: detail.trim().to_owned() })
    }
}

/// The state of one chooser.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) text: RwSignal<String>,
    /// The value of the suggestion whose label is in the field.
    pub(super) chosen: RwSignal<String>,
    /// Tells it from others of the same name.
    pub(super) detail: RwSignal<String>,
    /// What an ambiguous text may mean, as the form came back.
    pub(super) matches: RwSignal<Vec<Suggestion>>,
    pub(super) is_open: RwSignal<bool>,
    pub(super) selected: RwSignal<Option<usize>>,
    pub(super) search: Search<Vec<Suggestion>>,
    pub(super) field: NodeRef<html::Input>,
    pub(super) source: SuggestionSource,
    pub(super) kind: SuggestionKind,
    pub(super) at_least: usize,
    pub(super) filter: Option<Callback<String>>,
}

impl State {
    /// How many suggestions there are, or why there are none.
    pub(super) fn says(self) -> String {
        let (noun, text) = (self.kind.noun(), self.text.get());
        let is_short = text.trim().chars().count() < self.at_least;
        self.search.found.with(|found| match found.as_deref() {
            _ if is_short => format!("Enter at least {} characters.", self.at_least),
            _ if self.search.is_waiting.get() => "Searching…".to_owned(),
            None => "Suggestions are not available. Enter the whole name.".to_owned(),
            Some([]) if text.trim().is_empty() => format!("There is no {noun} to choose."),
            Some([]) => format!("No {noun} is called “{}”.", text.trim()),
            Some([_]) => format!("1 {noun}"),
            Some(rows) if rows.len() == usize::from(MAX_SUGGESTIONS) => {
                format!("First {MAX_SUGGESTIONS} {noun}s. Type to narrow.")
            }
            Some(rows) => format!("{} {noun}s", rows.len()),
        })
    }

    pub(super) fn has_suggestions(self) -> bool {
        self.search.found.read().as_ref().is_some_and(|found| !found.is_empty())
    }

    /// The text was changed, which ends the choice. Suggestions are for the user who types, not for a text that a browser
    /// or a password manager filled in.
    pub(super) fn follow(self, text: String) {
        if text == *self.text.read_untracked() {
            return;
        }
        self.text.set(text);
        self.forget_choice();
        if focused().as_ref() == self.field.get_untracked().as_deref() {
            self.open();
        }
    }

    fn forget_choice(self) {
        self.chosen.set(String::new());
        self.detail.set(String::new());
        self.matches.set(Vec::new());
    }

    fn write(self, text: String) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value(&text);
        }
        self.text.set(text);
    }

    pub(super) fn open(self) {
        self.is_open.set(true);
        self.selected.set(None);
        let text = if self.chosen.read_untracked().is_empty() { self.text.get_untracked() } else { String::new() };
        if text.trim().chars().count() < self.at_least {
            return self.search.clear();
        }
        self.search.start(self.source, text, move |is_confirmed| {
            let first = self.rows().first().copied();
            self.selected.set(first);
            if let Some(first) = first.filter(|_| is_confirmed) {
                self.choose(first);
            }
        });
    }

    pub(super) fn close(self) {
        self.is_open.set(false);
        self.search.clear();
    }

    /// A field also loses the focus when its page is taken away, in the middle of that: nothing is changed until it is over,
    /// and then only what is still there.
    pub(super) fn close_after_blur(self) {
        queue_microtask(move || {
            if self.is_open.try_get_untracked().unwrap_or_default() {
                self.close();
            }
        });
    }

    /// The places of the suggestions that can be chosen.
    fn rows(self) -> Vec<usize> {
        let found = self.search.found.read_untracked();
        let rows = found.iter().flatten().enumerate();
        rows.filter(|(_, suggestion)| !suggestion.is_chosen).map(|(place, _)| place).collect()
    }

    pub(super) fn choose(self, place: usize) {
        let suggestion = self.search.found.read_untracked().as_ref().and_then(|found| found.get(place)).cloned();
        if let Some(suggestion) = suggestion.filter(|suggestion| !suggestion.is_chosen) {
            self.forget_choice();
            if let Some(filter) = self.filter {
                self.close();
                self.hide_popover();
                return filter.run(suggestion.value);
            }
            self.write(suggestion.label);
            self.chosen.set(suggestion.value);
            self.detail.set(suggestion.detail);
            self.close();
        }
    }

    /// A filter stands in a popover.
    fn hide_popover(self) {
        let popover = self.field.get_untracked().and_then(|field| field.closest("[popover]").ok().flatten());
        if let Some(popover) = popover.and_then(|popover| popover.dyn_into::<HtmlElement>().ok()) {
            drop(popover.hide_popover());
        }
    }

    pub(super) fn press(self, event: &KeyboardEvent) {
        let key = event.key();
        let is_open = self.is_open.get_untracked();
        match key.as_str() {
            _ if edits_text(event) => {}
            "ArrowDown" | "ArrowUp" if !is_open => {
                event.prevent_default();
                self.open();
            }
            "Escape" if is_open => {
                event.prevent_default();
                event.stop_propagation();
                self.close();
            }
            "Enter" if is_open && self.search.is_waiting.get_untracked() => {
                event.prevent_default();
                self.search.confirm();
            }
            "Enter" if is_open => {
                if let Some(selected) = self.selected.get_untracked() {
                    event.prevent_default();
                    self.choose(selected);
                }
            }
            key if is_open && !self.search.is_waiting.get_untracked() => {
                if let Some(row) = row_after(key, self.selected.get_untracked(), &self.rows()) {
                    event.prevent_default();
                    self.selected.set(Some(row));
                }
            }
            _ => {}
        }
    }

    /// A form that was done is reset: the field is empty for the next choice, and keeps the focus.
    pub(super) fn empty_on_reset(self) {
        Effect::new(move |_| {
            let listener = window_event_listener(ev::reset, move |event| {
                let form = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let (Some(form), Some(field)) = (form, self.field.get_untracked()) else { return };
                if self.text.read_untracked().is_empty() || !form.contains(Some(&field)) {
                    return;
                }
                self.close();
                self.forget_choice();
                self.write(String::new());
                if focused().is_some_and(|focused| form.contains(Some(&focused))) {
                    focus(Some(field.into()));
                }
            });
            on_cleanup(move || listener.remove());
        });
    }
}
