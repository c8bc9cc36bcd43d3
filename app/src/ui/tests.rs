//! What the kit writes into the page: wiring, escaping, and what works without scripts.

use super::*;
use ::time::macros::datetime;
use domain::budget::BudgetDraft;
use domain::conflict::{Conflict, Merge, Saved};
use domain::draft::{Draft, EditBasis};
use domain::error::Refusal;
use domain::flash::FormState;
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::page::PageSize;
use domain::violation::Violation;
use leptos::context::Provider;
use leptos::prelude::*;

fn html<V: IntoView>(view: impl FnOnce() -> V) -> String {
    Owner::new().with(|| view().into_view().to_html())
}

/// The opening tag of the first `element` that carries `marker`.
fn tag<'a>(html: &'a str, element: &str, marker: &str) -> &'a str {
    let open = format!("<{element}");
    html.match_indices(&open)
        .map(|(at, _)| &html[at..=at + html[at..].find('>').expect("a closed tag")])
        .find(|tag| tag.contains(marker))
        .unwrap_or_else(|| panic!("no <{element}> with {marker} in {html}"))
}

/// Whether a tag has the attribute `checked`, not just a class for it.
fn is_checked(tag: &str) -> bool {
    let class = tag.find("class=\"").expect("a class");
    let end = class + 7 + tag[class + 7..].find('"').expect("a closed class");
    [&tag[..class], &tag[end..]].iter().any(|part| part.contains(" checked"))
}

fn came_back(values: &[(&str, &str)], problems: &[(&str, Violation)]) -> FieldScope {
    let mut errors = FieldErrors::default();
    for (field, problem) in problems {
        errors.add(field, problem.clone());
    }
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let state = FormState { form: "new".to_owned(), values, refusal: Refusal::Invalid(errors) };
    FieldScope { form: "new".to_owned(), state: Some(state) }
}

#[test]
fn a_field_says_what_is_wrong_with_it() {
    let scope = came_back(&[("name", "A\"<b>")], &[("name", Violation::required("a name"))]);
    let html = html(|| {
        view! {
            <Provider value=scope>
                <TextField name="name" label="Name" value="old" hint="Shown everywhere." />
            </Provider>
        }
    });
    let input = tag(&html, "input", "name=\"name\"");
    assert!(input.contains("id=\"new-name\""), "{input}");
    assert!(input.contains("aria-invalid=\"true\""), "{input}");
    assert!(input.contains("aria-describedby=\"new-name-error new-name-hint\""), "{input}");
    assert!(input.contains("value=\"A&quot;&lt;b&gt;\""), "what was typed stays, escaped: {input}");
    assert!(tag(&html, "label", "for=").contains("for=\"new-name\""));
    assert!(tag(&html, "p", "new-name-error").starts_with("<p"));
    assert!(tag(&html, "p", "new-name-hint").starts_with("<p"));
    assert!(html.contains("Enter a name."));
}

#[test]
fn a_field_in_order_says_nothing() {
    let html = html(|| view! { <MoneyField name="hard_limit" label="Hard limit" value="250.00" /> });
    let input = tag(&html, "input", "hard_limit");
    assert!(input.contains("value=\"250.00\"") && input.contains("inputmode=\"decimal\""), "{input}");
    assert!(!input.contains("aria-invalid=") && !input.contains("aria-describedby"), "{input}");
}

#[test]
fn a_problem_given_by_the_page_shows_without_a_form() {
    let html = html(|| {
        view! { <SelectField name="role" label="Role" options=vec![Choice::new("a", "A")] error=Some("Choose one.".to_owned()) /> }
    });
    assert!(tag(&html, "select", "role").contains("aria-describedby=\"role-error\""));
    assert!(html.contains("Choose one."));
}

#[test]
fn disabled_select_sends_the_stored_value_whatever_was_sent_before() {
    let scope = came_back(&[("category", "cli")], &[("category", Violation::CategoryInUse)]);
    let html = html(|| {
        let options = vec![Choice::new("platform", "Platform"), Choice::new("cli", "CLI")];
        view! {
            <Provider value=scope>
                <SelectField name="category" label="Category" options selected="platform" disabled=true />
            </Provider>
        }
    });
    let select = tag(&html, "select", "new-category");
    assert!(select.contains(" disabled") && !select.contains("name="), "{select}");
    assert!(tag(&html, "option", "value=\"platform\"").contains("selected"), "{html}");
    let sent = tag(&html, "input", "name=\"category\"");
    assert!(sent.contains("type=\"hidden\"") && sent.contains("value=\"platform\""), "{sent}");
}

#[test]
fn period_field_shows_an_offered_length_a_number_or_the_stored_minutes() {
    use domain::reset_period::ResetPeriod;
    for (stored, chosen, count, unit) in [
        ("30d", "30d", "", "days"),
        ("45d", "other", "45", "days"),
        ("36h", "other", "36", "hours"),
        ("90m", "90m", "", "days"),
    ] {
        let period = ResetPeriod::parse(stored).expect("a period");
        let html = html(|| view! { <PeriodField period /> });
        for value in ["1d", "7d", "30d", "other"] {
            assert_eq!(
                is_checked(tag(&html, "input", &format!("value=\"{value}\""))),
                value == chosen,
                "{stored} {value}"
            );
        }
        assert!(is_checked(tag(&html, "input", &format!("value=\"{chosen}\""))), "{stored}");
        assert!(tag(&html, "input", "name=\"period_count\"").contains(&format!("value=\"{count}\"")), "{stored}");
        assert!(tag(&html, "option", &format!("value=\"{unit}\"")).contains("selected"), "{stored}");
        assert_eq!(html.contains("90 minutes"), stored == "90m", "minutes show only where they are stored");
    }
}

#[test]
fn period_field_leads_from_the_summary_to_the_number() {
    let scope = came_back(
        &[("period", "other"), ("period_count", "1m"), ("period_unit", "days")],
        &[("period_count", Violation::ResetCountOutOfRange { unit: "days".to_owned(), max: 366 })],
    );
    let [day, ..] = domain::reset_period::ResetPeriod::OFFERED;
    let html = html(|| view! { <Provider value=scope><PeriodField period=day /></Provider> });
    let count = tag(&html, "input", "name=\"period_count\"");
    assert!(count.contains("id=\"new-period_count\"") && count.contains("value=\"1m\""), "{count}");
    assert!(count.contains("aria-invalid=\"true\"") && count.contains("new-period_count-error"), "{count}");
    assert!(html.contains("Enter a whole number of days from 1 to 366."));
}

#[test]
fn nothing_typed_breaks_out_of_a_text_area() {
    let html = html(|| view! { <TextArea name="about" label="About" value="\n</textarea><script>x</script>&amp;" /> });
    assert!(!html.contains("<script>"), "{html}");
    assert!(html.contains(">\n\n&lt;/textarea>&lt;script>x&lt;/script>&amp;amp;</textarea>"), "{html}");
}

#[test]
fn nothing_typed_breaks_out_of_a_search_or_a_filter() {
    let chip = html(|| {
        view! {
            <FilterChip id="f" name="role" label="Role" options=vec![] selected="<i>".to_owned() clear_href="/users" submit="Show" />
            <SearchField label="Search" placeholder="Name" value="\"><i>" />
        }
    });
    assert!(!chip.contains("<i>"), "{chip}");
}

#[test]
fn an_error_summary_leads_to_its_fields() {
    let errors = FieldErrors::one("hard_limit", Violation::HardLimitZero);
    let html = html(
        move || view! { <ErrorSummary form="new" fact="Not created." errors labels=vec![("hard_limit", "Hard limit")] /> },
    );
    assert!(html.contains("href=\"#new-hard_limit\""), "{html}");
    assert!(html.contains("Hard limit: Enter more than $0.00."));
    assert!(html.contains("One field needs a change:"));
    assert!(html.contains("role=\"alert\""));
}

#[test]
fn a_pager_has_no_link_where_there_is_no_page() {
    let keep = vec![("q", "a&b".to_owned()), ("rows", "50".to_owned()), ("at", "old".to_owned())];
    let html = html(|| view! { <Pager next="/users?at=x".to_owned() size=PageSize::default() action="/users" keep /> });
    assert!(html.contains("rel=\"next\"") && !html.contains("rel=\"prev\""), "{html}");
    assert!(tag(&html, "input", "name=\"q\"").contains("value=\"a&amp;b\""));
    assert!(!html.contains("value=\"old\""), "a change of rows begins at the first page");
    assert_eq!(html.matches("name=\"rows\"").count(), 1);
    assert!(tag(&html, "option", "value=\"25\"").contains("selected"));
}

#[test]
fn conflict_preselects_nothing_and_sends_what_the_form_was_rendered_with() {
    let html = html(
        || view! { <ConflictFields form="edit-budget" conflict=conflict() version="6" what="budget" now=datetime!(2026-11-17 09:13 UTC) discard_href="/budgets/1" /> },
    );
    assert!(html.contains("Mateus saved this budget 2 min ago"), "{html}");
    assert!(html.contains("Mateus changed the reset period to 7 days."), "{html}");
    assert!(tag(&html, "input", "name=\"version\"").contains("value=\"6\""));
    let inputs = html.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let radios: Vec<_> = inputs.filter(|input| input.contains("type=\"radio\"")).collect();
    assert_eq!(radios.len(), 2, "one row, because only one field was changed by both");
    assert!(!radios.into_iter().any(is_checked), "nothing is preselected");
    let mine = tag(&html, "input", "aria-label=\"Hard limit: use yours, $60.00\"");
    assert!(
        mine.contains("name=\"basis[choice][hard_limit]\"") && mine.contains("id=\"edit-budget-hard_limit\""),
        "{mine}"
    );
    assert!(mine.contains("aria-describedby=\"edit-budget-hard_limit-error\""), "{mine}");
    assert!(html.contains("Choose a value for Hard limit."), "{html}");
    for (name, value) in [
        ("hard_limit", "60.00"),
        ("basis[base][hard_limit]", "50.00"),
        ("basis[offered][hard_limit]", "70.00"),
        ("period", "30d"),
        ("basis[base][period]", "30d"),
    ] {
        let sent = tag(&html, "input", &format!("name=\"{name}\""));
        assert!(sent.contains("type=\"hidden\"") && sent.contains(&format!("value=\"{value}\"")), "{sent}");
    }
    assert!(!html.contains("basis[offered][period]"), "nothing is to be chosen there");
}

/// Both sides changed the hard limit, Mateus alone the period; no side was chosen when the form was sent once more.
fn conflict() -> Conflict {
    let draft = |hard, period| BudgetDraft::parse("Leads", "cli", "40", hard, period).expect("a draft");
    let (base, mine, theirs) = (draft("50", "30d"), draft("60", "30d"), draft("70", "7d"));
    let saved = Saved { by: None, name: "Mateus".to_owned(), is_you: false, at: datetime!(2026-11-17 09:11 UTC) };
    let base = base.fields().into_iter().map(|field| (field.name.to_owned(), field.value.typed)).collect();
    let offered = [("hard_limit".to_owned(), "70.00".to_owned())].into();
    let basis = EditBasis { base, offered, ..EditBasis::default() };
    let merge = Merge::new(&mine, &basis, &theirs, |_| saved.clone());
    Conflict {
        problems: merge.draft(mine, &basis, &theirs).expect_err("a choice is due"),
        fields: merge.into_fields(),
        saved,
        your_name: "Amara Okafor".to_owned(),
        your_id: UserId(uuid::Uuid::from_u128(1)),
        version: 7,
    }
}

#[test]
fn a_dialog_opens_and_closes_without_scripts() {
    let html = html(|| {
        view! {
            <DialogButton target="remove">"Remove"</DialogButton>
            <ConfirmDialog id="remove" title="Remove Ada?" action=|| ()>
                "Ada loses access at once."
            </ConfirmDialog>
        }
    });
    let opener = tag(&html, "button", "show-modal");
    assert!(opener.contains("commandfor=\"remove\"") && opener.contains("popovertarget=\"remove\""), "{opener}");
    let cancel = tag(&html, "button", "command=\"close\"");
    assert!(cancel.contains("autofocus") && cancel.contains("popovertargetaction=\"hide\""), "{cancel}");
    let dialog = tag(&html, "dialog", "id=\"remove\"");
    assert!(dialog.contains("aria-labelledby=\"remove-title\"") && !dialog.contains(" open"), "{dialog}");
}

#[test]
fn a_switch_tells_its_state_and_sends_what_is_wanted() {
    let html = html(|| {
        view! { <SwitchButton id="admin" label="Admin" on=true name="role" value="user" consequence="Manages users." /> }
    });
    let switch = tag(&html, "button", "role=\"switch\"");
    assert!(switch.contains("aria-checked=\"true\"") && switch.contains("type=\"submit\""), "{switch}");
    assert!(switch.contains("aria-describedby=\"admin-says\"") && switch.contains("value=\"user\""), "{switch}");
}

#[test]
fn what_needs_scripts_is_hidden_without_them() {
    let html = html(|| view! { <CopyButton text="id" label="Copy id" /> });
    assert!(tag(&html, "button", "Copy id").contains("hidden"), "{html}");
}

#[test]
fn palette_without_scripts_is_a_menu_and_a_search_form() {
    let item = |label: &str| PaletteItem {
        label: label.to_owned(),
        target: PaletteTarget::Link(format!("/{label}")),
        icon: Icon::Users,
        detail: None,
    };
    let groups = vec![PaletteGroup { label: "Pages".to_owned(), items: vec![item("users"), item("projects")] }];
    let html = html(move || {
        let source = Callback::new(|_| -> Later<Vec<PaletteGroup>> { Box::pin(async { None }) });
        let search = Callback::new(move |_| item("search"));
        view! { <CommandPalette id="palette" user=String::new() groups source search action="/users" forms=|| () /> }
    });
    assert_eq!(html.matches("<a ").count(), 2);
    assert!(!html.contains("role=\"option\"") && !html.contains("role=\"combobox\""), "{html}");
    assert!(!tag(&html, "div", "palette-list").contains(" hidden"), "{html}");
    let form = tag(&html, "form", "role=\"search\"");
    assert!(form.contains("action=\"/users\"") && form.contains("method=\"get\""), "{form}");
    assert!(tag(&html, "input", "name=\"q\"").contains("type=\"text\""), "{html}");
}

#[test]
fn a_sorted_column_says_so() {
    let by = SortLink { href: "/users".to_owned(), sorted: Some(Sorted::Descending) };
    let html = html(|| view! { <SortHeader label="Name" by /> });
    assert!(tag(&html, "th", "columnheader").contains("aria-sort=\"descending\""));
}
