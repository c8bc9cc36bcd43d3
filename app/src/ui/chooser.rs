//! A field to choose one of many: suggestions while one types, by keyboard and for screen readers. Without scripts it is
//! a text field; the server understands a whole name and otherwise sends the form back with the matches to choose from.

mod state;

use self::state::State;
use super::Views;
use super::choice::tick_ring;
use super::field::INPUT;
use super::hydrated::hydrated;
use super::listbox::{Search, Source, marked};
use super::scope::{FieldScope, field_id, hint_line, problem};
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
    /// What stands beside a suggestion that is chosen already: "Already a member".
    #[prop(default = "Chosen already")]
    chosen_already: &'static str,
    /// The fewest characters that are searched for; with none, the field offers the first by name.
    #[prop(optional)]
    at_least: usize,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The label is for readers alone.
    #[prop(optional)]
    is_bare: bool,
    /// Focused when the page opens, for adding several in a row.
    #[prop(optional)]
    autofocus: bool,
    /// What is in the field at first.
    #[prop(optional, into)]
    value: String,
    /// A part of the filters of a list: what is typed is sent as `name`, and a choice takes effect at once.
    #[prop(optional, into)]
    filter: Option<Callback<String>>,
) -> impl IntoView {
    let scope = use_context::<FieldScope>().unwrap_or_default();
    let kept = |name: &str| scope.state.as_ref().and_then(|state| state.value(name)).unwrap_or_default().to_owned();
    let matches: Vec<Suggestion> = serde_json::from_str(&kept(MATCHES)).unwrap_or_default();
    let error = scope.state.as_ref().and_then(|state| state.problem(&name)).map(ToString::to_string);
    let id = field_id(&scope.form, &name);
    let chooser = State {
        text: RwSignal::new(Some(kept(TYPED)).filter(|typed| !typed.is_empty()).unwrap_or(value)),
        chosen: RwSignal::new(kept(&name)),
        detail: RwSignal::new(String::new()),
        matches: RwSignal::new(matches),
        is_open: RwSignal::new(false),
        selected: RwSignal::new(None),
        chooses_first: RwSignal::new(false),
        search: Search::new(),
        field: NodeRef::new(),
        source,
        kind,
        at_least,
        filter,
    };
    chooser.take_early_input();
    chooser.empty_on_reset();
    let parts = [(error.is_some(), "-error"), (hint.is_some(), "-hint")];
    let described: Vec<String> = parts.iter().filter(|part| part.0).map(|part| [&id, part.1].concat()).collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let label_class = if is_bare { "sr-only" } else { "text-sm font-strong" };
    let choice = name.clone();
    let placeholder = is_bare.then(|| format!("Choose a {}", kind.noun()));
    let (sent_as, action) = if filter.is_some() { (name, None) } else { (TYPED.to_owned(), Some(label.clone())) };
    view! {
        <div class="grid min-w-0 content-start gap-1.5">
            <label for=id.clone() class=label_class>
                {label}
            </label>
            <div class="relative">
                {chooser.text_field(&id, Texts { sent_as, described, placeholder, action }, error.is_some(), autofocus)}
                {chooser.popup(&id, chosen_already)}
            </div>
            <p class="text-sm/4.5 text-ink-2 wrap-anywhere empty:hidden">{move || chooser.detail.get()}</p>
            {problem(&id, error)}
            {filter.is_none().then_some(move || chooser.choices(&choice))}
            {hint.map(|hint| hint_line(&id, hint))}
        </div>
    }
    .into_any()
}

/// Texts of the field.
struct Texts {
    sent_as: String,
    described: Option<String>,
    placeholder: Option<String>,
    /// What the command palette calls it.
    action: Option<String>,
}

impl State {
    fn text_field(self, id: &str, texts: Texts, is_wrong: bool, autofocus: bool) -> impl IntoView + use<> {
        let ready = hydrated();
        let list = [id, "-list"].concat();
        let row = [id, "-"].concat();
        let has_rows = move || self.is_open.get() && self.search.found.with(|found| has_any(found.as_deref()));
        let active = move || {
            let selected = self.selected.get().filter(|_| has_rows())?;
            Some(format!("{row}{selected}"))
        };
        view! {
            <input
                id=id.to_owned()
                node_ref=self.field
                type="text"
                name=texts.sent_as
                placeholder=texts.placeholder
                data-palette=texts.action
                value=self.text.get_untracked()
                maxlength="100"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
                class=INPUT
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=texts.described
                role=move || ready.get().then_some("combobox")
                aria-autocomplete=move || ready.get().then_some("list")
                aria-controls=move || ready.get().then(|| list.clone())
                aria-expanded=move || ready.get().then(|| if has_rows() { "true" } else { "false" })
                aria-activedescendant=active
                on:input=move |event| self.follow(event_target_value(&event))
                on:click=move |_| self.open()
                on:blur=move |_| self.close()
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
        let is_empty = move || self.search.found.with(|found| !has_any(found.as_deref()));
        view! {
            <div
                hidden=move || !self.is_open.get()
                class=if self.filter.is_some() { "pt-1 text-sm" } else { OVER_THE_PAGE }
                // The focus stays in the field.
                on:mousedown=|event| event.prevent_default()
            >
                <div id=list role="listbox" aria-label="Suggestions" hidden=is_empty class:opacity-60=move || self.search.is_waiting.get()>
                    {rows}
                </div>
                <p aria-hidden="true" hidden=move || !is_empty() class="px-2 py-1.5 text-ink-2 wrap-anywhere">
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

fn has_any(found: Option<&[Suggestion]>) -> bool {
    found.is_some_and(|found| !found.is_empty())
}
