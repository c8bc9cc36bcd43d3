//! What is entered to create or edit a budget group.

use super::{CategoryPart, Percentage, Split, soft_field};
use crate::budget::Category;
use crate::draft::{Edit, FieldValue, Precondition};
use crate::form::FieldErrors;
use crate::money::Money;
use crate::reset_period::{PeriodFields, ResetPeriod};
use crate::text::{Description, GroupName};
use crate::violation::Violation;
use rust_decimal::Decimal;
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
        let percentage = |category| draft.split.shown_percentage(category).typed();
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

    fn parse_beside(&self, stored: Option<&GroupDraft>) -> Result<GroupDraft, FieldErrors> {
        let mut errors = FieldErrors::default();
        let period = errors.take_all(self.period.parse());
        let name = errors.take("name", GroupName::parse(&self.name));
        let description = errors.take("description", Description::parse_unless_blank(&self.description));
        let split = errors.take_all(self.split(stored));
        match (name, description, split, period) {
            (Some(name), Some(description), Some(split), Some(period)) => {
                Ok(GroupDraft { name, split, period, description: description.map(String::from) })
            }
            _ => Err(errors),
        }
    }

    /// Parses the total and what each category has of it. The form shows the result while it is filled in.
    ///
    /// # Errors
    /// Every problem at its field.
    pub fn split(&self, stored: Option<&GroupDraft>) -> Result<Split, FieldErrors> {
        let mut errors = FieldErrors::default();
        let total = errors.take("total", Money::parse(&self.total).and_then(crate::budget::Limits::hard_limit));
        let parts = self.parts(stored, &mut errors);
        match total {
            Some(total) if errors.is_empty() => split(total, &parts),
            _ => Err(errors),
        }
    }

    /// The parts as typed. A percentage that stands as the form shows the stored one means that one, which may have more
    /// decimals; of the others, the one with the most decimals takes the difference.
    fn parts(&self, stored: Option<&GroupDraft>, errors: &mut FieldErrors) -> BTreeMap<Category, CategoryPart> {
        let mut parts = BTreeMap::new();
        let (mut changed, mut hidden) = (Vec::new(), Decimal::ZERO);
        for category in Category::ALL {
            let (percentage, soft) = self.of_category(category);
            let typed = errors.take(category.key(), Percentage::parse_or_zero(percentage));
            let soft = match soft.trim() {
                "" => Some(None),
                soft => errors.take(soft_field(category), Money::parse(soft).map(Some)),
            };
            let Some((typed, soft)) = typed.zip(soft) else { continue };
            let untouched = stored.filter(|draft| draft.split.shown_percentage(category) == typed);
            let percentage = untouched.map_or(typed, |draft| draft.split.percentage(category));
            hidden += typed.as_decimal() - percentage.as_decimal();
            if untouched.is_none() {
                changed.push((percentage.as_decimal().scale(), category));
            }
            parts.insert(category, CategoryPart { percentage, soft });
        }
        let part = changed.into_iter().max().and_then(|(_, category)| parts.get_mut(&category));
        if let Some(part) = part
            && let Some(whole) = Percentage::from_decimal(part.percentage.as_decimal() + hidden)
        {
            part.percentage = whole;
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
    let sum: Decimal = parts.values().map(|part| part.percentage.as_decimal()).sum();
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
            for stored in [thirds(total), stored] {
                let edit = GroupFields::of(&stored).edit(1);
                let (draft, _) = edit.of_stored(&stored).expect("an edit");
                assert_eq!(draft, stored);
            }
        }
    }

    /// As an API client may have stored it: the form shows 33.33, 33.33 and 33.34.
    fn thirds(total: &str) -> GroupDraft {
        let third = Percentage::parse("33.333333333333336").expect("a percentage");
        let thirds = Category::ALL.map(|category| (category, CategoryPart { percentage: third, soft: None }));
        let split = Split::of(Money::parse(total).expect("an amount"), &thirds.into_iter().collect()).expect("thirds");
        GroupDraft { split, ..fields(total, ["100", "", ""]).parse().expect("a group") }
    }

    #[test]
    fn untouched_percentage_keeps_its_decimals() {
        let stored = thirds("3000000");
        let shown = GroupFields::of(&stored);
        assert_eq!([&shown.platform, &shown.cli, &shown.premium_models], ["33.33", "33.33", "33.34"]);
        let typed = |[platform, cli, premium_models]: [&str; 3]| {
            let [platform, cli, premium_models] = [platform, cli, premium_models].map(str::to_owned);
            let soft = String::new;
            let (platform_soft, cli_soft, premium_models_soft) = (soft(), soft(), soft());
            let fields = GroupFields {
                platform,
                cli,
                premium_models,
                platform_soft,
                cli_soft,
                premium_models_soft,
                ..shown.clone()
            };
            let split = fields.split(Some(&stored))?;
            Ok(Category::ALL
                .map(|category| split.categories().get(&category).map_or("none".into(), |it| it.hard().typed())))
        };
        let amounts = |expected: [&str; 3]| Ok::<_, FieldErrors>(expected.map(str::to_owned));
        assert_eq!(typed(["33.33", "33.33", "33.34"]), amounts(["1000000.00", "1000000.00", "1000000.00"]));
        assert_eq!(typed(["33.33", "50", "16.67"]), amounts(["1000000.00", "1500000.00", "500000.00"]));
        assert_eq!(typed(["66.66", "", "33.34"]), amounts(["2000000.00", "none", "1000000.00"]));
        assert_eq!(typed(["20", "30", "50"]), amounts(["600000.00", "900000.00", "1500000.00"]));
        for (percentages, sum) in [(["33.33", "33.34", "33.34"], "100.01"), (["33.33", "33.34", "33.32"], "99.99")] {
            let problem = Violation::PercentagesNotHundred { sum: sum.into() };
            assert_eq!(typed(percentages), Err(FieldErrors::one("categories", problem)));
        }
    }

    #[test]
    fn tiny_percentage_is_shown_and_can_be_removed() {
        for (total, platform, cli, shown) in [
            ("1000000", "999990", "10", ["99.999", "0.001"]),
            ("999999999", "999999998.999999999", "0.000000001", ["99.9999999999999999", "0.0000000000000001"]),
            ("100", "50", "50", ["50", "50"]),
        ] {
            let limits = |hard: &str| {
                crate::budget::Limits::hard_limit(Money::parse(hard).expect("an amount")).expect("a limit")
            };
            let limits = |hard: &str| crate::budget::Limits::new(Money::default(), limits(hard)).expect("limits");
            let split = Split::of_limits([(Category::Platform, limits(platform)), (Category::Cli, limits(cli))].into());
            let stored = GroupDraft { split, ..fields(total, ["100", "", ""]).parse().expect("a group") };
            let form = GroupFields::of(&stored);
            assert_eq!([form.platform.as_str(), form.cli.as_str()], shown);
            assert_eq!(form.clone().edit(1).of_stored(&stored).expect("an edit").0, stored, "untouched");
            let removed = GroupFields { platform: "100".into(), cli: "0".into(), cli_soft: String::new(), ..form };
            let split = removed.split(Some(&stored)).expect("a split");
            assert_eq!(split.categories().keys().collect::<Vec<_>>(), [&Category::Platform]);
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
