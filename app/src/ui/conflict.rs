//! Two users changed the same field: both values side by side, and nothing is saved before one is chosen.

use super::Views;
use super::avatar::{Avatar, AvatarSize};
use super::banner::{Banner, BannerKind};
use super::button::{Button, ButtonKind, LinkButton};
use super::choice::tick_ring;
use super::hydrated::hydrated;
use super::icon::Icon;
use super::scope::{field_id, problem};
use super::table::{Header, Table, TableBody, TableFit, TableHead, Width};
use super::time::relative;
use domain::conflict::{Changed, Conflict, ConflictField, Saved};
use domain::draft::{EditBasis, FieldValue, Side};
use leptos::prelude::*;
use time::OffsetDateTime;

/// The fields of a form that another user's save overtook, to stand inside that form: one row for each field that both
/// changed, with no value preselected, and a sentence for each change that is kept anyway. Sends every field.
#[component]
pub fn ConflictFields(
    /// Name of the form.
    form: &'static str,
    /// What each side changed.
    conflict: Conflict,
    /// The version the form was rendered with.
    #[prop(into)]
    version: String,
    /// What was being edited: "budget".
    #[prop(into)]
    what: String,
    /// When the page was read.
    now: OffsetDateTime,
    /// The page that shows what is stored.
    #[prop(into)]
    discard_href: String,
) -> impl IntoView {
    let chosen = Chosen::new(form);
    let fact = format!("{} saved this {what} {}", conflict.saved.subject(), relative(conflict.saved.at, now));
    let hidden = hidden_fields(&conflict, version);
    let kept = conflict.kept_changes();
    let open: Vec<_> = conflict.fields.iter().filter(|field| field.changed == Changed::Both).collect();
    let theirs = heading_of_theirs(&open, now);
    let (name, seed) = (conflict.your_name.clone(), conflict.your_id.to_string());
    let yours = move || view! { <Avatar name seed size=AvatarSize::Small /> };
    let row_of = |&field: &&ConflictField| {
        let problem = conflict.problems.at(&field.name).map(ToString::to_string);
        row(form, field.clone(), problem)
    };
    let rows = open.iter().map(row_of).views();
    view! {
        <div id=chosen.frame() class="grid max-w-168 gap-4" on:change=move |_| chosen.count(false)>
            <Banner kind=BannerKind::Warn icon=Icon::GitCompare fact alert=true>
                "while you were editing. Your changes are not saved yet: choose a value for each field that both changed."
            </Banner>
            {hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).views()}
            <Table label="Values to choose from" fit=TableFit::Section>
                <TableHead>
                    <Header label="Field" width=Width::Medium />
                    <Header label="Yours, not saved" picture=yours />
                    {theirs}
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
            {(!kept.is_empty()).then(|| kept_changes(kept)).views()}
            {buttons(chosen, discard_href)}
        </div>
    }
    .into_any()
}

/// Everything the form sends beside the choices. A field keeps the value it was rendered with, so that it is merged
/// once more with what is stored when the form arrives.
fn hidden_fields(conflict: &Conflict, version: String) -> Vec<(String, String)> {
    let mut hidden = vec![("version".to_owned(), version)];
    for field in &conflict.fields {
        hidden.push((field.name.clone(), field.yours.typed.clone()));
        hidden.extend(field.base.clone().map(|base| (EditBasis::base_name(&field.name), base)));
        if field.changed == Changed::Both {
            hidden.push((EditBasis::offered_name(&field.name), field.theirs.typed.clone()));
        }
    }
    hidden
}

/// Names the user who saved the values, when it was one.
fn heading_of_theirs(open: &[&ConflictField], now: OffsetDateTime) -> AnyView {
    let last = open.iter().map(|field| &field.saved).max_by_key(|saved| saved.at).cloned();
    let by_one =
        last.filter(|last| open.iter().all(|field| field.saved.by == last.by && field.saved.name == last.name));
    let Some(Saved { by, name, is_you, at }) = by_one else {
        return view! { <Header label="Saved meanwhile" /> }.into_any();
    };
    let label = if is_you { "You, in another tab".to_owned() } else { name.clone() };
    let label = format!("{label}, saved {}", relative(at, now));
    let seed = by.map(|id| id.to_string()).unwrap_or_default();
    view! { <Header label picture=move || view! { <Avatar name seed size=AvatarSize::Small /> } /> }.into_any()
}

const CELL: &str = "border-b border-line px-2 py-2 first:ps-0 align-middle text-sm wrap-anywhere @max-p1:block @max-p1:h-auto \
    @max-p1:border-0 @max-p1:px-0 @max-p1:py-0";

fn row(form: &str, field: ConflictField, wrong: Option<String>) -> impl IntoView + use<> {
    let ConflictField { name, label, yours, theirs, choice, .. } = field;
    let id = field_id(form, &name);
    let described = wrong.is_some().then(|| [&id, "-error"].concat());
    let pick = |side, whose, value: FieldValue, id: Option<String>| {
        pick(side, whose, &name, &label, value, choice == Some(side), id, described.clone())
    };
    let cells = (pick(Side::Mine, "Yours", yours, Some(id.clone())), pick(Side::Theirs, "Saved", theirs, None));
    view! {
        <tr
            role="row"
            class="@max-p1:grid @max-p1:grid-cols-2 @max-p1:gap-x-2 @max-p1:gap-y-0.5 @max-p1:border-b @max-p1:border-line @max-p1:py-2"
        >
            <th role="rowheader" scope="row" class=[CELL, "@max-p1:col-span-full"].join(" ")>
                {label.clone()}
                {problem(&id, wrong)}
            </th>
            {cells}
        </tr>
    }
}

/// One of the two values. Where there is no room for heads of columns, `whose` stands over it.
#[expect(clippy::too_many_arguments, reason = "what one radio button is made of")]
fn pick(
    side: Side,
    whose: &'static str,
    name: &str,
    label: &str,
    value: FieldValue,
    checked: bool,
    id: Option<String>,
    described_by: Option<String>,
) -> impl IntoView + use<> {
    let shown = if value.shown.is_empty() { "Empty".to_owned() } else { value.shown };
    let verb = if side == Side::Mine { "use yours" } else { "keep theirs" };
    let label = format!("{label}: {verb}, {shown}");
    view! {
        <td role="cell" class=CELL>
            <span aria-hidden="true" class="hidden text-xs text-ink-2 @max-p1:block">{whose}</span>
            <label class="-mx-1.5 flex min-h-7 w-fit max-w-full items-center gap-2 rounded-sm px-1.5 has-checked:bg-accent-tint has-checked:font-strong @max-p1:mx-0 @max-p1:w-auto">
                <input
                    id=id
                    type="radio"
                    name=EditBasis::choice_name(name)
                    value=side.key()
                    checked=checked
                    aria-label=label
                    aria-describedby=described_by
                    class=tick_ring()
                />
                <span>{shown}</span>
            </label>
        </td>
    }
}

fn kept_changes(kept: Vec<String>) -> impl IntoView {
    let lines = kept.into_iter().map(|line| view! { <li>{line}</li> }).views();
    view! {
        <div class="text-sm text-ink-2">
            <p>"Kept in any case:"</p>
            <ul>{lines}</ul>
        </div>
    }
}

/// Saving waits for the choices where scripts run; elsewhere the server refuses and names the fields.
fn buttons(chosen: Chosen, discard_href: String) -> impl IntoView {
    let is_open = move || !chosen.missing.read().is_empty();
    let reason = move || is_open().then(|| format!("Choose a value for {}.", chosen.missing.read().join(", ")));
    view! {
        <div class="grid gap-2">
            <p id="conflict-open" role="status" class="text-sm text-ink-2 empty:hidden">
                {reason}
            </p>
            <div class="flex flex-wrap gap-2">
                // Not on the button itself: what a component is given beside its properties stays with its first rendering.
                <fieldset disabled=is_open>
                    <Button kind=ButtonKind::Primary submit=true attr:aria-describedby="conflict-open">
                        "Save chosen values"
                    </Button>
                </fieldset>
                <Button submit=true attr:name=EditBasis::ALL_NAME attr:value=Side::Mine.key()>
                    "Use all mine"
                </Button>
                <Button submit=true attr:name=EditBasis::ALL_NAME attr:value=Side::Theirs.key()>
                    "Keep theirs"
                </Button>
                <LinkButton href=discard_href kind=ButtonKind::Quiet>
                    "Discard my changes"
                </LinkButton>
            </div>
        </div>
    }
}

/// Which rows have no value chosen, as far as scripts know.
#[derive(Clone, Copy)]
struct Chosen {
    form: &'static str,
    missing: RwSignal<Vec<String>>,
}

impl Chosen {
    fn new(form: &'static str) -> Self {
        let chosen = Self { form, missing: RwSignal::new(Vec::new()) };
        let ready = hydrated();
        // A choice made before scripts ran counts. One made for a page that was shown before this one does not.
        let is_new = ready.get_untracked();
        Effect::new(move |_| {
            if ready.get() {
                chosen.count(is_new);
            }
        });
        chosen
    }

    /// The id of the element around the rows. It is looked up because an element that is shown again, with other
    /// values, tells no new reference.
    fn frame(self) -> String {
        [self.form, "-conflict"].concat()
    }

    fn count(self, is_new: bool) {
        #[cfg(feature = "hydrate")]
        {
            if is_new {
                self.as_rendered();
            }
            self.missing.set(self.rows_without_choice().unwrap_or_default());
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = is_new;
    }

    /// Browsers keep what was chosen in a radio button when the page around it is shown again.
    #[cfg(feature = "hydrate")]
    fn as_rendered(self) {
        use leptos::wasm_bindgen::JsCast;
        let radios = document().query_selector_all(&format!("#{} input[type=radio]", self.frame())).ok();
        for at in 0..radios.as_ref().map_or(0, |radios| radios.length()) {
            let radio = radios.as_ref().and_then(|radios| radios.get(at));
            if let Some(radio) = radio.and_then(|radio| radio.dyn_into::<leptos::web_sys::HtmlInputElement>().ok()) {
                radio.set_checked(radio.default_checked());
            }
        }
    }

    #[cfg(feature = "hydrate")]
    fn rows_without_choice(self) -> Option<Vec<String>> {
        let rows = format!("#{} tbody tr:not(:has(:checked)) th", self.frame());
        let rows = document().query_selector_all(&rows).ok()?;
        // The label is the first text of the heading; a problem may follow.
        let label = |at| rows.get(at)?.child_nodes().item(0)?.text_content();
        Some((0..rows.length()).filter_map(label).collect())
    }
}
