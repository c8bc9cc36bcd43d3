//! The editor of a budget group: a total, and what each category has of it.

use super::actions::{CreateBudgetGroup, EditBudgetGroup, GROUP_FORM};
use super::data::SplitView;
use crate::form::{FieldColumn, FormFields, Hidden, PostForm};
use crate::paths;
use crate::ui::{
    Amount, FormFoot, MoneyField, PercentageField, PeriodField, Section, SvgIcon, TextArea, TextField, Views,
    category_icon, field_id,
};
use domain::budget::group::{CategoryPart, GroupDraft, GroupFields, Percentage, Split, soft_field};
use domain::budget::{BudgetGroup, Category};
use domain::money::Money;
use domain::reset_period::ResetPeriod;
use domain::text::{Description, GroupName};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::collections::BTreeMap;

/// The group: as a form for those who may change it, otherwise its amounts.
pub(super) fn section(view: &SplitView, state: &FormFields) -> impl IntoView + use<> {
    let side = view.group.as_ref().map_or_else(
        || "No budget group".to_owned(),
        |group| format!("{}, {} {}", group.name, group.total, group.period.in_words()),
    );
    let body = if view.may_manage { editor(view, state).into_any() } else { view.group.as_ref().map(amounts).views() };
    view! {
        <Section id="split" title="Split over categories" side=move || side>
            {body}
        </Section>
    }
}

/// What each category has, for readers.
fn amounts(group: &BudgetGroup) -> impl IntoView + use<> {
    let line = |budget: &domain::budget::OwnBudget| {
        let (category, limits) = (budget.category, budget.limits);
        view! {
            <div class="flex justify-between gap-3 border-b border-line py-2 text-sm">
                <dt class="flex items-center gap-2">
                    <SvgIcon icon=category_icon(category) />
                    {category.title()}
                </dt>
                <dd>
                    <Amount amount=limits.hard() />
                    <span class="text-ink-2">", soft limit " <Amount amount=limits.soft() /></span>
                </dd>
            </div>
        }
    };
    view! { <dl class="grid max-w-160">{group.budgets.iter().map(line).views()}</dl> }
}

fn editor(view: &SplitView, state: &FormFields) -> impl IntoView + use<> {
    let project = view.facts.name.to_string();
    let (action, mut hidden, fields) = match &view.group {
        Some(group) => {
            let hidden = vec![("group", group.id.to_string()), ("version", group.version.to_string())];
            (EditBudgetGroup::url(), hidden, GroupFields::of(&draft_of(group)))
        }
        None => (CreateBudgetGroup::url(), Vec::new(), new_group(view.facts.title())),
    };
    hidden.push(("project", project.clone()));
    let typed = Typed::new(&fields, state);
    let period = view.group.as_ref().map_or(ResetPeriod::OFFERED[2], |group| group.period);
    let group = view.group.clone();
    let problem = state.problem("categories");
    let (total, name, description) = (fields.total.clone(), fields.name.clone(), fields.description.clone());
    let state = state.clone();
    view! {
        <PostForm action=action>
            <Hidden fields=hidden />
            <FieldColumn form=GROUP_FORM state fact="Not saved." labels=labels()>
                <TextField
                    name="name"
                    label="Name"
                    value=name
                    required=true
                    maxlength=u16::try_from(GroupName::LONGEST).unwrap_or(u16::MAX)
                    autocomplete="off"
                />
                <div on:input=move |event| typed.total.set(event_target_value(&event))>
                    <MoneyField name="total" label="Total for each window" value=total required=true />
                </div>
                <div id=field_id(GROUP_FORM, "categories") tabindex="-1" class="grid gap-4 border-y border-line py-4">
                    // Made here, within the scope of the form.
                    {Category::ALL.map(|category| row(category, &fields, typed, group.as_ref())).views()} {sum(typed)}
                    {problem.map(|problem| view! { <p class="text-sm font-medium text-danger-ink">{problem}</p> }).views()}
                </div>
                <PeriodField period />
                <TextArea
                    name="description"
                    label="Description"
                    value=description
                    optional=true
                    maxlength=u16::try_from(Description::LONGEST).unwrap_or(u16::MAX)
                />
                <FormFoot cancel=paths::project(&project) submit="Save split" />
            </FieldColumn>
        </PostForm>
    }
}

fn draft_of(group: &BudgetGroup) -> GroupDraft {
    let limits = group.budgets.iter().map(|budget| (budget.category, budget.limits));
    GroupDraft {
        name: GroupName::of_stored(&group.name),
        split: Split::of_limits(limits.collect()),
        period: group.period,
        description: group.description.clone(),
    }
}

/// The values with which a new group begins.
fn new_group(title: &str) -> GroupFields {
    let [platform, cli, premium_models] = ["30", "60", "10"].map(str::to_owned);
    GroupFields {
        name: title.to_owned(),
        total: "1000.00".to_owned(),
        platform,
        cli,
        premium_models,
        ..GroupFields::default()
    }
}

fn labels() -> Vec<(&'static str, &'static str)> {
    let of_category = |category: Category| [(category.key(), category.title()), (soft_field(category), "Soft limit")];
    let fields = [
        ("name", "Name"),
        ("total", "Total"),
        ("categories", "Percentages"),
        ("period", "Reset period"),
        ("period_count", "Reset period"),
        ("period_unit", "Reset period"),
        ("description", "Description"),
    ];
    fields.into_iter().chain(Category::ALL.into_iter().flat_map(of_category)).collect()
}

/// What stands in the fields while they are typed.
#[derive(Clone, Copy)]
struct Typed {
    total: RwSignal<String>,
    percentages: [RwSignal<String>; 3],
}

impl Typed {
    fn new(fields: &GroupFields, state: &FormFields) -> Self {
        let percentages = Category::ALL.map(|category| {
            let (percentage, _) = fields.of_category(category);
            RwSignal::new(state.value(category.key(), percentage))
        });
        Self { total: RwSignal::new(state.value("total", &fields.total)), percentages }
    }

    fn percentage(self, category: Category) -> RwSignal<String> {
        let [platform, cli, premium_models] = self.percentages;
        match category {
            Category::Platform => platform,
            Category::Cli => cli,
            Category::PremiumModels => premium_models,
        }
    }

    /// The split as it would be saved, or what is wrong with it.
    fn split(self) -> Result<Split, String> {
        let total = Money::parse(&self.total.get()).map_err(|problem| problem.to_string())?;
        let mut parts = BTreeMap::new();
        for category in Category::ALL {
            let typed = self.percentage(category).get();
            let percentage = match typed.trim() {
                "" => Percentage::default(),
                typed => Percentage::parse(typed).map_err(|problem| format!("{}: {problem}", category.title()))?,
            };
            parts.insert(category, CategoryPart { percentage, soft: None });
        }
        let split = Split::of(total, &parts);
        let problem = |errors: domain::form::FieldErrors| {
            errors.iter().map(|(_, problem)| problem.to_string()).collect::<Vec<_>>().join(" ")
        };
        split.map_err(problem)
    }
}

fn row(category: Category, fields: &GroupFields, typed: Typed, group: Option<&BudgetGroup>) -> impl IntoView + use<> {
    let (percentage, soft) = fields.of_category(category);
    let stored = group.map(|group| group.budgets.iter().find(|budget| budget.category == category));
    let was = match stored {
        None => "New".to_owned(),
        Some(None) => "No budget now".to_owned(),
        Some(Some(budget)) => format!("{} now", budget.limits.hard()),
    };
    let amount = move || match typed.split() {
        Ok(split) => split.categories().get(&category).map_or("No budget".to_owned(), |limits| limits.hard().exact()),
        Err(_) => "–".to_owned(),
    };
    let (percentage, soft) = (percentage.to_owned(), soft.to_owned());
    view! {
        <div class="grid gap-2">
            <div class="flex items-baseline justify-between gap-3">
                <h3 class="flex items-center gap-2 text-sm font-strong">
                    <SvgIcon icon=category_icon(category) />
                    {category.title()}
                    <span class="font-normal text-ink-2">{was}</span>
                </h3>
                <output class="money text-base font-semibold">{amount}</output>
            </div>
            <div class="grid grid-cols-[repeat(auto-fit,minmax(min(100%,12rem),1fr))] gap-3">
                <PercentageField
                    name=category.key()
                    label=format!("{} share", category.title())
                    value=percentage
                    typed=typed.percentage(category)
                />
                <MoneyField
                    name=soft_field(category)
                    label=format!("{} soft limit", category.title())
                    value=soft
                    hint="Empty: 80 % of the amount."
                />
            </div>
        </div>
    }
}

/// The sum of the percentages and of the amounts.
fn sum(typed: Typed) -> impl IntoView {
    let words = move || match typed.split() {
        Ok(split) => format!("Sum: {}. The amounts sum exactly to the total.", split.total()),
        Err(problem) => problem,
    };
    view! {
        <p role="status" class="border-t border-line pt-3 text-sm">
            {words}
        </p>
    }
}
