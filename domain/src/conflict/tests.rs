use super::*;
use crate::budget::BudgetDraft;
use crate::draft::Values;
use crate::error::Refusal;
use crate::flash::FormState;
use proptest::prelude::*;
use time::macros::datetime;
use uuid::Uuid;

fn budget(soft: &str, hard: &str, period: &str) -> BudgetDraft {
    BudgetDraft::parse("Leads", "platform", soft, hard, period).expect("a good draft")
}

fn values(draft: &BudgetDraft) -> Values {
    draft.fields().into_iter().map(|field| (field.name.to_owned(), field.value.typed)).collect()
}

/// A form as it was sent.
#[derive(Clone)]
struct Form {
    draft: BudgetDraft,
    basis: EditBasis,
}

fn sent(base: &BudgetDraft, mine: &BudgetDraft) -> Form {
    Form { draft: mine.clone(), basis: EditBasis { base: values(base), ..EditBasis::default() } }
}

fn by_ada(_: &str) -> Saved {
    Saved {
        by: Some(UserId(Uuid::from_u128(1))),
        name: "Ada".to_owned(),
        is_you: false,
        at: datetime!(2026-11-17 09:11 UTC),
    }
}

fn by_me(field: &str) -> Saved {
    Saved { is_you: true, ..by_ada(field) }
}

fn merge(form: &Form, stored: &BudgetDraft) -> (Merge, Result<BudgetDraft, FieldErrors>) {
    let merge = Merge::new(&form.draft, &form.basis, stored, by_ada);
    let draft = merge.draft(form.draft.clone(), &form.basis, stored);
    (merge, draft)
}

fn conflict(merge: Merge, problems: FieldErrors) -> Conflict {
    Conflict {
        saved: by_ada(""),
        your_name: "Max".to_owned(),
        your_id: UserId(Uuid::from_u128(2)),
        version: 2,
        fields: merge.into_fields(),
        problems,
    }
}

/// The edit as the conflict page sends it, with choices.
fn chosen(mut edit: Form, merge: &Merge, choices: &[(&str, Side)]) -> Form {
    let offered = merge.fields.iter().filter(|field| field.changed == Changed::Both);
    edit.basis.offered = offered.map(|field| (field.name.clone(), field.theirs.typed.clone())).collect();
    edit.basis.choice = choices.iter().map(|(name, side)| ((*name).to_owned(), *side)).collect();
    edit
}

#[test]
fn changes_of_different_fields_are_both_kept() {
    let (base, mine, theirs) = (budget("40", "50", "30d"), budget("40", "60", "30d"), budget("40", "50", "7d"));
    let (merge, draft) = merge(&sent(&base, &mine), &theirs);
    assert_eq!(draft, Ok(budget("40", "60", "7d")));
    assert_eq!(merge.notice("Budget saved."), "Saved. Ada's change of the reset period is kept.");
}

#[test]
fn field_changed_on_both_sides_is_not_decided_without_a_choice() {
    let (base, mine, theirs) = (budget("10", "50", "30d"), budget("10", "60", "30d"), budget("10", "70", "7d"));
    let edit = sent(&base, &mine);
    let (first, draft) = merge(&edit, &theirs);
    let problems = draft.expect_err("a choice is due");
    assert!(problems.is_empty(), "nothing is wrong before the choice was offered");
    let first_fields = first.fields.clone();
    let shown = conflict(first, problems);
    assert_eq!(shown.open_labels(), ["Hard limit"]);
    assert_eq!(shown.kept_changes(), ["Ada changed the reset period to 7 days."]);
    assert_eq!(shown.fields[3].yours.shown, "$60.00", "formatted as pages show it");

    let without = chosen(edit.clone(), &Merge { fields: first_fields.clone() }, &[]);
    let (_, draft) = merge(&without, &theirs);
    let problems = draft.expect_err("still due");
    assert_eq!(problems.at("hard_limit"), Some(&Violation::ChoiceMissing { label: "Hard limit".into() }));

    let mine_wins = chosen(edit.clone(), &Merge { fields: first_fields.clone() }, &[("hard_limit", Side::Mine)]);
    let (kept, draft) = merge(&mine_wins, &theirs);
    assert_eq!(draft, Ok(budget("10", "60", "7d")));
    assert_eq!(kept.notice(""), "Saved. Your hard limit replaces Ada's. Ada's change of the reset period is kept.");

    let theirs_wins = chosen(edit, &Merge { fields: first_fields }, &[("hard_limit", Side::Theirs)]);
    let (kept, draft) = merge(&theirs_wins, &theirs);
    assert_eq!(draft, Ok(theirs));
    assert_eq!(kept.notice(""), "Kept Ada's hard limit. Ada's change of the reset period is kept. Nothing changed.");
}

#[test]
fn choice_made_for_another_value_is_open_again() {
    let (base, mine, theirs) = (budget("10", "50", "30d"), budget("10", "60", "30d"), budget("10", "70", "30d"));
    for side in [Side::Mine, Side::Theirs] {
        let edit = sent(&base, &mine);
        let (first, _) = merge(&edit, &theirs);
        let edit = chosen(edit, &first, &[("hard_limit", side)]);
        let (again, draft) = merge(&edit, &budget("10", "80", "30d"));
        let problems = draft.expect_err("the stored value is another by now");
        let label = "Hard limit".to_owned();
        assert_eq!(problems.at("hard_limit"), Some(&Violation::ChangedOnceMore { label }));
        assert!(again.fields[3].needs_choice(), "nothing stays chosen");
    }
}

#[test]
fn one_click_chooses_one_side_for_every_field() {
    let (base, mine, theirs) = (budget("10", "50", "30d"), budget("20", "60", "30d"), budget("30", "70", "30d"));
    for (side, expected, notice) in [
        (Side::Mine, &mine, "Saved. Your soft limit and hard limit replace Ada's."),
        (Side::Theirs, &theirs, "Kept Ada's soft limit and hard limit. Nothing changed."),
    ] {
        let edit = sent(&base, &mine);
        let (first, _) = merge(&edit, &theirs);
        let mut edit = chosen(edit, &first, &[("soft_limit", Side::Mine), ("hard_limit", Side::Theirs)]);
        edit.basis.all = Some(side);
        let (merged, draft) = merge(&edit, &theirs);
        assert_eq!(draft.as_ref(), Ok(expected));
        assert_eq!(merged.notice(""), notice);
    }
}

#[test]
fn merge_that_is_not_valid_names_the_field_and_resumes_the_form() {
    let (base, mine, theirs) = (budget("40", "100", "30d"), budget("40", "80", "30d"), budget("90", "100", "30d"));
    let (merged, draft) = merge(&sent(&base, &mine), &theirs);
    let problems = draft.expect_err("the soft limit is above the hard limit");
    assert!(problems.at("soft_limit").is_some_and(|problem| problem.to_string().contains("$10.00 above")));
    let conflict = conflict(merged, problems);
    assert!(!conflict.needs_choice());
    assert_eq!(conflict.kept_changes(), ["Ada changed the soft limit to $90.00."]);
    let refusal = Refusal::Conflict(Box::new(conflict));
    let form = FormState { form: "edit-budget".to_owned(), values: Values::new(), refusal }.resumed();
    assert_eq!((form.value("soft_limit"), form.value("hard_limit")), (Some("90.00"), Some("80.00")));
    assert_eq!(form.value("basis[base][hard_limit]"), Some("100.00"), "based on what is stored now");
    assert_eq!(form.value("version"), Some("2"));
    assert!(form.problem("soft_limit").is_some());
}

#[test]
fn own_change_in_another_tab_is_named_so() {
    let (base, mine, theirs) = (budget("40", "50", "30d"), budget("40", "60", "30d"), budget("45", "50", "30d"));
    let edit = sent(&base, &mine);
    let merge = Merge::new(&edit.draft, &edit.basis, &theirs, by_me);
    assert_eq!(merge.notice(""), "Saved. Your other tab's change of the soft limit is kept.");
    let conflict = conflict(merge, FieldErrors::default());
    assert_eq!(conflict.kept_changes(), ["You changed the soft limit to $45.00 in another tab."]);
}

#[test]
fn form_without_its_base_asks_about_every_difference() {
    let edit = Form { draft: budget("40", "60", "30d"), basis: EditBasis::default() };
    let (merge, draft) = merge(&edit, &budget("40", "50", "7d"));
    assert!(draft.is_err());
    let open: Vec<_> = merge.fields.iter().filter(|field| field.needs_choice()).map(|field| &field.name).collect();
    assert_eq!(open, ["hard_limit", "period"]);
}

fn drafts() -> impl Strategy<Value = BudgetDraft> {
    let name = prop_oneof![Just("Leads"), Just("Heads"), Just("Beads")];
    let period = prop_oneof![Just("1d"), Just("7d"), Just("30d")];
    (name, 0u32..3, 3u32..6, period).prop_map(|(name, soft, hard, period)| {
        BudgetDraft::parse(name, "cli", &soft.to_string(), &hard.to_string(), period).expect("valid")
    })
}

proptest! {
    #[test]
    fn merge_with_what_was_rendered_is_what_was_sent(base in drafts(), mine in drafts()) {
        prop_assert_eq!(merge(&sent(&base, &mine), &base).1, Ok(mine));
    }

    #[test]
    fn form_sent_twice_changes_nothing(base in drafts(), mine in drafts()) {
        prop_assert_eq!(merge(&sent(&base, &mine), &mine).1, Ok(mine));
    }

    #[test]
    fn form_without_changes_keeps_what_is_stored(base in drafts(), theirs in drafts()) {
        prop_assert_eq!(merge(&sent(&base, &base), &theirs).1, Ok(theirs));
    }

    #[test]
    fn no_change_of_either_side_is_lost_without_a_choice(base in drafts(), mine in drafts(), theirs in drafts()) {
        let edit = sent(&base, &mine);
        let (merged, draft) = merge(&edit, &theirs);
        let (base, mine, theirs) = (values(&base), values(&mine), values(&theirs));
        let changed_by_both = |name: &String| {
            mine[name] != base[name] && theirs[name] != base[name] && mine[name] != theirs[name]
        };
        prop_assert_eq!(draft.is_err(), base.keys().any(changed_by_both));
        if let Ok(draft) = draft {
            for (name, value) in values(&draft) {
                let expected = if mine[&name] == base[&name] { &theirs[&name] } else { &mine[&name] };
                prop_assert_eq!(&value, expected, "{}", name);
            }
        }
        for field in &merged.fields {
            prop_assert_eq!(field.needs_choice(), changed_by_both(&field.name));
        }
    }

    #[test]
    fn chosen_values_are_saved_and_no_others(
        base in drafts(), mine in drafts(), theirs in drafts(), third in drafts(),
        sides in prop::collection::vec(prop_oneof![Just(Side::Mine), Just(Side::Theirs)], BudgetDraft::FIELDS.len()),
    ) {
        let edit = sent(&base, &mine);
        let (first, _) = merge(&edit, &theirs);
        let names = BudgetDraft::FIELDS.iter().map(|field| field.name);
        let choices: Vec<_> = names.zip(sides).collect();
        let edit = chosen(edit, &first, &choices);
        let (mine, theirs) = (values(&mine), values(&theirs));
        // Between the page and its answer a third save may come, also one that changes nothing.
        let (again, draft) = merge(&edit, &third);
        let third = values(&third);
        for field in &again.fields {
            let name = &field.name;
            let side = edit.basis.choice[name];
            if field.changed == Changed::Both && edit.basis.offered.contains_key(name) {
                prop_assert_eq!(field.needs_choice(), third[name] != theirs[name], "{}", name);
            }
            if let (Ok(draft), Changed::Both) = (&draft, field.changed) {
                let expected = if side == Side::Mine { &mine[name] } else { &theirs[name] };
                prop_assert_eq!(&values(draft)[name], expected);
            }
        }
    }
}
