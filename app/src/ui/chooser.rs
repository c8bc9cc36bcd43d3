//! A field to choose one of many: suggestions while the user types, by keyboard and for screen readers. Without scripts
//! it is a text field; the server takes a whole name and otherwise sends the form back with the matches to choose from.

mod state;

use self::state::{Held, State};
use super::Views;
use super::choice::tick_ring;
use super::field::INPUT;
use super::hydrated::hydrated;
use super::listbox::{Search, Source, combobox, marked};
use super::scope::{FieldScope, Wiring, hint_line, problem, wire};
use domain::suggestion::{MATCHES, Suggestion, SuggestionKind, TYPED};
use leptos::prelude::*;

/// Where the suggestions of a [`Chooser`] come from.
pub type SuggestionSource = Source<Vec<Suggestion>>;

/// A field to choose one of many.
#[component]
pub fn Chooser(
    /// The field that holds the choice; what is typed is sent as [`TYPED`]. Its id is `<form>-<name>`.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// What is chosen.
    kind: SuggestionKind,
    /// Where suggestions come from.
    source: SuggestionSource,
    /// What stands beside a suggestion that is chosen already: "Member already".
    #[prop(default = "Chosen already")]
    chosen_already: &'static str,
    /// The fewest characters that are searched for; with none, the field offers the first by name.
    #[prop(optional)]
    at_least: usize,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The label is for screen readers alone.
    #[prop(optional)]
    is_bare: bool,
    /// Has the focus when the page opens, for adding several in a row.
    #[prop(optional)]
    autofocus: bool,
    /// The text at first.
    #[prop(optional, into)]
    value: String,
    /// A part of the filters of a list: what is typed is sent as `name`, and a choice takes effect at once.
    #[prop(optional, into)]
    filter: Option<Callback<String>>,
) -> impl IntoView {
    let state = use_context::<FieldScope>().and_then(|scope| scope.state);
    let kept = |name: &str| state.as_ref().and_then(|state| state.value(name)).unwrap_or_default();
    let wiring = wire(&name, String::new(), None, hint.is_some());
    let value = Some(kept(TYPED)).filter(|typed| !typed.is_empty()).map_or(value, str::to_owned);
    let at_first = || Held { text: value.clone(), chosen: wiring.value.clone(), detail: String::new() };
    // What came back with a form, or applies as a filter, is what the page says.
    let is_new = state.is_some() || (filter.is_some() && hydrated().get_untracked());
    let held = if is_new { None } else { Held::by(&wiring.id, &name) };
    let Held { text, chosen, detail } = held.unwrap_or_else(at_first);
    let chooser = State {
        text: RwSignal::new(text),
        chosen: RwSignal::new(chosen),
        detail: RwSignal::new(detail),
        matches: RwSignal::new(serde_json::from_str(kept(MATCHES)).unwrap_or_default()),
        is_open: RwSignal::new(false),
        selected: RwSignal::new(None),
        search: Search::new(),
        field: NodeRef::new(),
        source,
        kind,
        at_least,
        filter,
    };
    chooser.empty_on_reset();
    let label_class = if is_bare { "sr-only" } else { "text-sm font-strong" };
    let choice = name.clone();
    let placeholder = is_bare.then(|| format!("Choose a {}", kind.noun()));
    let (sent_as, action) = if filter.is_some() { (name, None) } else { (TYPED.to_owned(), Some(label.clone())) };
    view! {
        <div class="grid min-w-0 content-start gap-1.5">
            <label for=wiring.id.clone() class=label_class>
                {label}
            </label>
            <div class="relative">
                {chooser.text_field(&wiring, Texts { sent_as, value, placeholder, action }, autofocus)}
                {chooser.popup(&wiring.id, chosen_already)}
            </div>
            <p
                id=[&wiring.id, "-detail"].concat()
                hidden=move || chooser.detail.read().is_empty()
                class="text-sm/4.5 text-ink-2 wrap-anywhere"
            >
                {move || chooser.detail.get()}
            </p>
            {problem(&wiring.id, wiring.error.clone())}
            {filter.is_none().then_some(move || chooser.choices(&choice))}
            {hint.map(|hint| hint_line(&wiring.id, hint))}
        </div>
    }
    .into_any()
}

/// Texts of the field.
struct Texts {
    sent_as: String,
    value: String,
    placeholder: Option<String>,
    /// What the command palette calls it.
    action: Option<String>,
}

impl State {
    fn text_field(self, wiring: &Wiring, texts: Texts, autofocus: bool) -> impl IntoView + use<> {
        let list = [&wiring.id, "-list"].concat();
        let row = [&wiring.id, "-"].concat();
        let has_rows = move || self.is_open.get() && self.has_suggestions();
        let selected_row = move || Some(format!("{row}{}", self.selected.get().filter(|_| has_rows())?));
        view! {
            <input
                id=wiring.id.clone()
                node_ref=self.field
                type="text"
                name=texts.sent_as
                placeholder=texts.placeholder
                data-palette=texts.action
                value=texts.value
                maxlength="100"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
                class=INPUT
                aria-invalid=wiring.invalid
                aria-describedby=wiring.described_by.clone()
                {..combobox(list, has_rows, selected_row)}
                on:input=move |event| self.follow(event_target_value(&event))
                on:click=move |_| self.open()
                on:blur=move |_| self.close_after_blur()
                on:keydown=move |event| self.press(&event)
            />
        }
    }

    /// The value that is sent: hidden, or one of the matches of a text that came back.
    fn choices(self, name: &str) -> AnyView {
        let matches = self.matches.get();
        if matches.is_empty() {
            let name = name.to_owned();
            return view! { <input type="hidden" name=name value=move || self.chosen.get() autocomplete="off" /> }
                .into_any();
        }
        let legend = format!("Which {}?", self.kind.noun());
        let row = |(place, suggestion): (usize, Suggestion)| {
            let is_chosen = suggestion.is_chosen;
            view! {
                <label class="flex min-h-7.5 flex-wrap items-center gap-x-2 text-sm">
                    <input
                        type="radio"
                        name=name.to_owned()
                        value=suggestion.value
                        disabled=is_chosen
                        autofocus=place == 0
                        class=tick_ring()
                    />
                    <span class="font-medium wrap-anywhere">{suggestion.label}</span>
                    <span class="text-ink-2 wrap-anywhere">{suggestion.detail}</span>
                </label>
            }
        };
        view! {
            <fieldset class="grid gap-0.5">
                <legend class="pb-1 text-sm font-strong">{legend}</legend>
                {matches.into_iter().enumerate().map(row).views()}
            </fieldset>
        }
        .into_any()
    }

    fn popup(self, id: &str, chosen_already: &'static str) -> impl IntoView + use<> {
        let (list, row_id) = ([id, "-list"].concat(), [id, "-"].concat());
        let says = Memo::new(move |_| self.says());
        let rows = move || {
            let found = self.search.found.get().unwrap_or_default();
            let row = |(place, suggestion)| self.row(format!("{row_id}{place}"), place, suggestion, chosen_already);
            found.into_iter().enumerate().map(row).views()
        };
        view! {
            <div
                hidden=move || !self.is_open.get()
                class=if self.filter.is_some() { "pt-1 text-sm" } else { OVER_THE_PAGE }
                // The focus stays in the field.
                on:mousedown=|event| event.prevent_default()
            >
                <div id=list role="listbox" aria-label="Suggestions" hidden=move || !self.has_suggestions() class:opacity-60=move || self.search.is_waiting.get()>
                    {rows}
                </div>
                <p aria-hidden="true" hidden=move || self.has_suggestions() class="px-2 py-1.5 text-ink-2 wrap-anywhere">
                    {move || says.get()}
                </p>
            </div>
            <p role="status" class="sr-only">{move || if self.is_open.get() { says.get() } else { String::new() }}</p>
        }
    }

    fn row(self, id: String, place: usize, suggestion: Suggestion, chosen_already: &'static str) -> impl IntoView {
        let Suggestion { label, detail, is_chosen, .. } = suggestion;
        let detail = if is_chosen { chosen_already.to_owned() } else { detail };
        let is_selected = move || self.selected.get() == Some(place);
        view! {
            <div
                id=id
                role="option"
                aria-selected=move || if is_selected() { "true" } else { "false" }
                aria-disabled=is_chosen.then_some("true")
                class="flex min-h-7.5 cursor-default flex-wrap items-center gap-x-3 rounded-md px-2 py-1 hover:bg-ink/6 aria-disabled:text-ink-2 aria-selected:bg-ink/8"
                on:click=move |_| self.choose(place)
            >
                <span class="wrap-anywhere">{marked(&label, &self.text.get_untracked())}</span>
                <span class="ms-auto text-xs text-ink-2 wrap-anywhere">{detail}</span>
            </div>
        }
    }
}

const OVER_THE_PAGE: &str =
    "absolute inset-x-0 top-full z-20 mt-1 min-w-60 rounded-lg bg-raised p-1 text-sm text-ink shadow-e2";
