//! The file of predefined budgets, with the names of the fields of `/v1`.

use domain::budget::{AlertThresholds, BudgetDraft, BudgetSlug};
use domain::draft::Draft as _;
use domain::form::FieldErrors;
use domain::text::{Description, folded};
use domain::time_zone::TimeZoneName;
use serde::Deserialize;
use serde_saphyr::{Location, MessageFormatter as _, Spanned, UserMessageFormatter};
use std::collections::BTreeSet;

/// A budget of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredefinedBudget {
    /// Its id, by which it is found again when it is called something else.
    pub slug: BudgetSlug,
    /// What it is to be.
    pub draft: BudgetDraft,
}

/// What is wrong with the file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {fault}")]
pub struct Problem {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
    /// What is wrong.
    pub fault: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    predefined_budgets: Vec<Declared>,
}

/// An amount is a text: as a number of YAML it would be a float.
type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    budget_id: Text,
    name: Text,
    description: Option<Text>,
    soft_budget: Text,
    max_budget: Text,
    budget_duration: Text,
    budget_category: Text,
    calendar: Option<Spanned<bool>>,
    time_zone: Option<Text>,
    alert_at: Option<Text>,
}

/// Reads the budgets of a file, in its order.
///
/// # Errors
/// Everything that is wrong with it. Where the text is no YAML of the right shape, only the first fault is known.
pub fn read(yaml: &str) -> Result<Vec<PredefinedBudget>, Vec<Problem>> {
    let declaration: Declaration = serde_saphyr::from_str(yaml).map_err(|error| {
        let place = error.location().unwrap_or(Location::UNKNOWN);
        vec![at(place, UserMessageFormatter.format_message(error.without_snippet()).into_owned())]
    })?;
    let (mut budgets, mut problems) = (Vec::new(), Vec::new());
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    for declared in declaration.predefined_budgets {
        let (id, name) = (&declared.budget_id, &declared.name);
        if !ids.insert(id.value.clone()) {
            problems.push(at(id.referenced, format!("The id {} is there already.", id.value)));
        }
        if !names.insert(folded(name.value.trim())) {
            problems.push(at(name.referenced, format!("The name “{}” is there already.", name.value)));
        }
        match declared.parse() {
            Ok(budget) => budgets.push(budget),
            Err(errors) => {
                let fault = |(field, fault): (&str, &_)| at(declared.place(field), format!("{fault}"));
                problems.extend(errors.iter().map(fault));
            }
        }
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    if problems.is_empty() { Ok(budgets) } else { Err(problems) }
}

fn at(place: Location, fault: String) -> Problem {
    Problem { line: place.line(), column: place.column(), fault }
}

impl Declared {
    fn parse(&self) -> Result<PredefinedBudget, FieldErrors> {
        let mut errors = FieldErrors::default();
        let slug = errors.take("budget_id", BudgetSlug::parse(&self.budget_id.value));
        let description = self.description.as_ref().map(|text| Description::parse(&text.value)).transpose();
        let description = errors.take("description", description);
        let time_zone = self.time_zone.as_ref().map(|text| TimeZoneName::parse(&text.value)).transpose();
        let time_zone = errors.take("time_zone", time_zone);
        let alert_at = self.alert_at.as_ref().map(|text| AlertThresholds::parse(&text.value)).transpose();
        let alert_at = errors.take("alert_at", alert_at);
        let draft = errors.take_all(BudgetDraft::parse(
            &self.name.value,
            &self.budget_category.value,
            &self.soft_budget.value,
            &self.max_budget.value,
            &self.budget_duration.value,
        ));
        let draft = draft.map(|draft| BudgetDraft {
            calendar: self.calendar.as_ref().is_some_and(|calendar| calendar.value),
            time_zone: time_zone.flatten().unwrap_or_default(),
            alert_at: alert_at.flatten().unwrap_or_default(),
            description: description.flatten().map(String::from),
            ..draft
        });
        errors.take_all(draft.as_ref().map_or(Ok(()), BudgetDraft::check));
        slug.zip(draft)
            .filter(|_| errors.is_empty())
            .map(|(slug, draft)| PredefinedBudget { slug, draft })
            .ok_or(errors)
    }

    /// Where the field of a draft stands in the file.
    fn place(&self, field: &str) -> Location {
        let of = |text: &Option<Text>| text.as_ref().map_or(self.budget_id.referenced, |text| text.referenced);
        match field {
            "name" => self.name.referenced,
            "category" => self.budget_category.referenced,
            "soft_limit" => self.soft_budget.referenced,
            "hard_limit" => self.max_budget.referenced,
            "period" => self.budget_duration.referenced,
            "calendar" => self.calendar.as_ref().map_or(self.budget_id.referenced, |value| value.referenced),
            "description" => of(&self.description),
            "time_zone" => of(&self.time_zone),
            "alert_at" => of(&self.alert_at),
            _ => self.budget_id.referenced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::budget::Category;

    #[test]
    fn amounts_are_exact_and_what_is_left_out_has_its_usual_value() {
        let yaml = "predefined_budgets:
- budget_id: default
  name: Everyone
  soft_budget: 0.1
  max_budget: 123456789.123456
  budget_duration: 30d
  budget_category: platform
  description:
- {budget_id: cli-lead, name: Leads, soft_budget: 80, max_budget: '100', budget_duration: 7d, budget_category: cli,
   calendar: true, time_zone: europe/warsaw, alert_at: '90, 50', description: For leads.}
";
        let budgets = read(yaml).expect("two budgets");
        let [everyone, leads] = &budgets[..] else { panic!("{budgets:?}") };
        assert_eq!(everyone.slug.as_str(), "default");
        assert_eq!(everyone.draft.soft_limit.typed(), "0.10");
        assert_eq!(everyone.draft.hard_limit.typed(), "123456789.123456");
        assert!(!everyone.draft.calendar);
        assert_eq!((everyone.draft.time_zone.as_str(), &everyone.draft.description), ("UTC", &None));
        assert_eq!(leads.draft.category, Category::Cli);
        assert!(leads.draft.calendar);
        assert_eq!(leads.draft.time_zone.as_str(), "Europe/Warsaw");
        assert_eq!(leads.draft.alert_at, AlertThresholds::Percent(vec![50, 90]));
        assert_eq!(leads.draft.description.as_deref(), Some("For leads."));
    }

    #[test]
    fn every_fault_is_named_at_its_place() {
        let yaml = "predefined_budgets:
- budget_id: two words
  name: ''
  soft_budget: 300
  max_budget: 1.250
  budget_duration: 30m
  budget_category: gold
- {budget_id: a, name: A, soft_budget: 90, max_budget: 80, budget_duration: 45d, budget_category: cli}
- {budget_id: b, name: B, soft_budget: 8, max_budget: 80, budget_duration: 45d, budget_category: cli, calendar: true}
- {budget_id: c, name: C, soft_budget: 8, max_budget: 80, budget_duration: 45d, budget_category: cli}
- {budget_id: c, name: c, soft_budget: 8, max_budget: 80, budget_duration: 45d, budget_category: cli}
";
        let problems = read(yaml).expect_err("faults");
        let places: Vec<(u64, u64)> = problems.iter().map(|problem| (problem.line, problem.column)).collect();
        assert_eq!(places, [(2, 14), (3, 9), (5, 15), (7, 20), (8, 40), (9, 113), (11, 15), (11, 24)], "{problems:#?}");
        assert_eq!(problems[6].to_string(), "11:15: The id c is there already.");
        assert_eq!(problems[7].to_string(), "11:24: The name “c” is there already.");
    }

    #[test]
    fn file_of_another_shape_is_refused_where_it_differs() {
        for (yaml, line) in [
            ("budgets: []", 1),
            ("predefined_budgets:\n- {budget_id: a, nme: A}\n", 2),
            ("predefined_budgets:\n- {budget_id: a\n", 2),
            ("predefined_budgets: 7", 1),
        ] {
            let problems = read(yaml).expect_err(yaml);
            assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [line], "{yaml}: {problems:?}");
        }
        assert_eq!(read("predefined_budgets: []"), Ok(Vec::new()));
    }
}
