//! What is entered to create or edit a budget group.

use super::{CategoryPart, Percentage, Split, soft_field};
use crate::budget::Category;
use crate::draft::{Edit, FieldValue, Precondition};
use crate::form::FieldErrors;
use crate::money::Money;
use crate::reset_period::{PeriodFields, ResetPeriod};
use crate::text::{Description, GroupName};
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is entered to create or edit a budget group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDraft {
    /// What it is called.
    pub name: GroupName,
    /// The total and what each category has of it.
    pub split: Split,
    /// How long a window lasts, in every category.
    pub period: ResetPeriod,
    /// What it is for.
    pub description: Option<String>,
}

draft_fields! { GroupDraft {
    NAME: name, "Name", GroupName::LONGEST, |draft| FieldValue::text(draft.name.as_str());
    SPLIT: split, "Split", 0, |draft| FieldValue::text(in_words(&draft.split));
    PERIOD: period, "Reset period", 0, |draft| FieldValue::shown(draft.period.to_string(), draft.period.length());
    DESCRIPTION: description, "Description", Description::LONGEST,
        |draft| FieldValue::text(draft.description.clone().unwrap_or_default());
} }

/// For example "$100.00: platform $60.00 (soft $48.00), cli $40.00 (soft $32.00)".
fn in_words(split: &Split) -> String {
    let category = |(category, limits): (&Category, &crate::budget::Limits)| {
        format!("{} {} (soft {})", category.key(), limits.hard(), limits.soft())
    };
    let categories: Vec<String> = split.categories().iter().map(category).collect();
    format!("{}: {}", split.total(), categories.join(", "))
}

/// The fields of the form of a group, as they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFields {
    /// What it is called.
    pub name: String,
    /// An amount that [`Money::parse`] reads.
    pub total: String,
    /// How often the budgets reset.
    #[serde(flatten)]
    pub period: PeriodFields,
    /// May be blank.
    #[serde(default)]
    pub description: String,
    /// A percentage; blank for none.
    #[serde(default)]
    pub platform: String,
    /// An amount; blank for 80 % of the hard limit.
    #[serde(default)]
    pub platform_soft: String,
    /// As `platform`.
    #[serde(default)]
    pub cli: String,
    /// As `platform_soft`.
    #[serde(default)]
    pub cli_soft: String,
    /// As `platform`.
    #[serde(default)]
    pub premium_models: String,
    /// As `platform_soft`.
    #[serde(default)]
    pub premium_models_soft: String,
}

impl GroupFields {
    /// The form of a stored group. Sent unchanged, it changes nothing.
    pub fn of(draft: &GroupDraft) -> Self {
        let percentage = |category| draft.split.percentage(category).typed();
        let soft = |category: Category| {
            draft.split.categories().get(&category).map(|limits| limits.soft().typed()).unwrap_or_default()
        };
        Self {
            name: draft.name.to_string(),
            total: draft.split.total().typed(),
            period: PeriodFields::of(draft.period),
            description: draft.description.clone().unwrap_or_default(),
            platform: percentage(Category::Platform),
            platform_soft: soft(Category::Platform),
            cli: percentage(Category::Cli),
            cli_soft: soft(Category::Cli),
            premium_models: percentage(Category::PremiumModels),
            premium_models_soft: soft(Category::PremiumModels),
        }
    }

    /// Names and values, to show them again when the form is refused.
    pub fn values(&self) -> [(&str, &str); 12] {
        [
            ("name", &self.name),
            ("total", &self.total),
            ("period", &self.period.choice),
            ("period_count", &self.period.count),
            ("period_unit", &self.period.unit),
            ("description", &self.description),
            ("platform", &self.platform),
            ("platform_soft", &self.platform_soft),
            ("cli", &self.cli),
            ("cli_soft", &self.cli_soft),
            ("premium_models", &self.premium_models),
            ("premium_models_soft", &self.premium_models_soft),
        ]
    }

    /// Percentage and soft limit of a category, as typed.
    pub fn of_category(&self, category: Category) -> (&str, &str) {
        match category {
            Category::Platform => (&self.platform, &self.platform_soft),
            Category::Cli => (&self.cli, &self.cli_soft),
            Category::PremiumModels => (&self.premium_models, &self.premium_models_soft),
        }
    }

    /// Parses the form of a new group.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(&self) -> Result<GroupDraft, FieldErrors> {
        self.parse_beside(None)
    }

    /// The edit of a form that was rendered with this version.
    pub fn edit(self, version: i64) -> Edit<GroupDraft> {
        Edit::new(Precondition::IfMatch(vec![version]), move |stored: GroupDraft| self.parse_beside(Some(&stored)))
    }

    /// A percentage that is typed as the form shows the stored one stands for that one, which may have more decimals.
    fn parse_beside(&self, stored: Option<&GroupDraft>) -> Result<GroupDraft, FieldErrors> {
        let (period, mut errors) = match self.period.parse() {
            Ok(period) => (Some(period), FieldErrors::default()),
            Err(errors) => (None, errors),
        };
        let name = errors.take("name", GroupName::parse(&self.name));
        let description = errors.take("description", Description::parse_unless_blank(&self.description));
        let total = Money::parse(&self.total).and_then(crate::budget::Limits::hard_limit);
        let total = errors.take("total", total);
        let parts = self.parts(stored, &mut errors);
        let split = total.filter(|_| errors.is_empty()).and_then(|total| match split(total, &parts) {
            Ok(split) => Some(split),
            Err(problems) => {
                problems.iter().for_each(|(field, problem)| errors.add(field, problem.clone()));
                None
            }
        });
        match (name, description, split, period) {
            (Some(name), Some(description), Some(split), Some(period)) if errors.is_empty() => {
                Ok(GroupDraft { name, split, period, description: description.map(String::from) })
            }
            _ => Err(errors),
        }
    }

    fn parts(&self, stored: Option<&GroupDraft>, errors: &mut FieldErrors) -> BTreeMap<Category, CategoryPart> {
        let mut parts = BTreeMap::new();
        for category in Category::ALL {
            let (percentage, soft) = self.of_category(category);
            let percentage = match stored.map(|draft| draft.split.percentage(category)) {
                Some(stored) if stored.typed() == percentage.trim() => Some(stored),
                _ if percentage.trim().is_empty() => Some(Percentage::default()),
                _ => errors.take(category.key(), Percentage::parse(percentage)),
            };
            let soft = match soft.trim() {
                "" => Some(None),
                soft => errors.take(soft_field(category), Money::parse(soft).map(Some)),
            };
            if let Some((percentage, soft)) = percentage.zip(soft) {
                parts.insert(category, CategoryPart { percentage, soft });
            }
        }
        parts
    }
}

/// A user who types a total means that total: percentages that come to another one are refused.
fn split(total: Money, parts: &BTreeMap<Category, CategoryPart>) -> Result<Split, FieldErrors> {
    let split = Split::of(total, parts)?;
    if split.total() == total {
        return Ok(split);
    }
    let sum: rust_decimal::Decimal = parts.values().map(|part| part.percentage.as_decimal()).sum();
    let problem = Violation::PercentagesNotHundred { sum: sum.normalize().to_string() };
    Err(FieldErrors::one("categories", problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft as _;

    fn fields(total: &str, percentages: [&str; 3]) -> GroupFields {
        let [platform, cli, premium_models] = percentages.map(str::to_owned);
        let period = PeriodFields { choice: "30d".into(), ..PeriodFields::default() };
        let (name, total) = ("Atlas 2026".to_owned(), total.to_owned());
        GroupFields { name, total, period, platform, cli, premium_models, ..GroupFields::default() }
    }

    #[test]
    fn form_of_a_stored_group_changes_nothing() {
        for (total, percentages) in
            [("7500", ["60", "34", "6"]), ("100", ["33.33", "33.33", "33.34"]), ("0.07", ["100", "", "0"])]
        {
            let stored = fields(total, percentages).parse().expect("a group");
            // What an API client may have stored.
            let third = Percentage::parse("33.333333333333336").expect("a percentage");
            let thirds = Category::ALL.map(|category| (category, CategoryPart { percentage: third, soft: None }));
            let split = Split::of(stored.split.total(), &thirds.into_iter().collect()).expect("a split");
            for stored in [GroupDraft { split, ..stored.clone() }, stored] {
                let edit = GroupFields::of(&stored).edit(1);
                let (draft, _) = edit.of_stored(&stored).expect("an edit");
                assert_eq!(draft, stored);
            }
        }
    }

    #[test]
    fn form_names_every_problem_at_its_field() {
        let mut form = fields("1.250", ["sixty", "-1", "NaN"]);
        form.name = String::new();
        form.cli_soft = "1e3".to_owned();
        form.period.choice = "1w".to_owned();
        let errors = form.parse().expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["cli", "cli_soft", "name", "period", "platform", "premium_models", "total"]);
        assert_eq!(errors.at("total").map(Violation::code), Some("ambiguous_amount"));
    }

    #[test]
    fn form_refuses_a_sum_that_changes_the_total() {
        let errors = fields("100", ["60", "39.6", ""]).parse().expect_err("99.6");
        assert_eq!(errors, FieldErrors::one("categories", Violation::PercentagesNotHundred { sum: "99.6".into() }));
        let errors = fields("0", ["100", "", ""]).parse().expect_err("zero");
        assert_eq!(errors, FieldErrors::one("total", Violation::HardLimitZero));
        let errors = fields("100", ["", "100", ""]).parse().expect_err("no platform");
        assert_eq!(errors, FieldErrors::one("platform", Violation::PlatformShareZero));
    }

    #[test]
    fn audited_split_names_every_amount() {
        let draft = fields("100", ["60", "40", ""]).parse().expect("a group");
        let split = draft.fields().into_iter().find(|field| field.name == "split").expect("the split").value.shown;
        assert_eq!(split, "$100.00: platform $60.00 (soft $48.00), cli $40.00 (soft $32.00)");
    }
}
