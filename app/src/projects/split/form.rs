//! The editor of a budget group: a total, and what each category has of it.

use super::actions::{CreateBudgetGroup, EditBudgetGroup, GROUP_FORM};
use super::data::SplitView;
use crate::form::{FieldColumn, FormFields, Hidden, PostForm};
use crate::paths;
use crate::ui::{
    Amount, FormFoot, Icon, IconSize, MoneyField, PercentageField, PeriodField, Section, SvgIcon, TextArea, TextField,
    Views, category_fill, category_ground, category_icon, field_id,
};
use domain::budget::group::{GroupDraft, GroupFields, Percentage, Split, soft_field};
use domain::budget::{BudgetGroup, Category};
use domain::form::FieldErrors;
use domain::reset_period::ResetPeriod;
use domain::shortened::beginning;
use domain::text::{Description, GroupName};
use domain::violation::Violation;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

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
    let stored = view.group.as_ref().map(draft_of);
    let (action, mut hidden) = match &view.group {
        Some(group) => {
            let hidden = vec![("group", group.id.to_string()), ("version", group.version.to_string())];
            (EditBudgetGroup::url(), hidden)
        }
        None => (CreateBudgetGroup::url(), Vec::new()),
    };
    hidden.push(("project", project.clone()));
    let fields = stored.as_ref().map_or_else(|| new_group(view.facts.title()), GroupFields::of);
    let typed = Typed::new(&fields, state, stored);
    let period = view.group.as_ref().map_or(ResetPeriod::OFFERED[2], |group| group.period);
    let group = view.group.clone();
    // The line of the sum says what the form itself can know.
    let problem = state.problem("categories").filter(|_| untrack(|| typed.split()).is_ok());
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
                    {bar(typed)} {Category::ALL.map(|category| row(category, &fields, typed, group.as_ref())).views()} {sum(typed)}
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
        name: beginning(title, GroupName::LONGEST),
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
    stored: StoredValue<Option<GroupDraft>>,
}

impl Typed {
    fn new(fields: &GroupFields, state: &FormFields, stored: Option<GroupDraft>) -> Self {
        let percentages = Category::ALL.map(|category| {
            let (percentage, _) = fields.of_category(category);
            RwSignal::new(state.value(category.key(), percentage))
        });
        let total = RwSignal::new(state.value("total", &fields.total));
        Self { total, percentages, stored: StoredValue::new(stored) }
    }

    fn percentage(self, category: Category) -> RwSignal<String> {
        let [platform, cli, premium_models] = self.percentages;
        match category {
            Category::Platform => platform,
            Category::Cli => cli,
            Category::PremiumModels => premium_models,
        }
    }

    /// The split as it would be saved, or what is wrong with it. It leaves the soft limits out: no figure shows them.
    fn split(self) -> Result<Split, String> {
        let [platform, cli, premium_models] = self.percentages.map(|typed| typed.get());
        let fields = GroupFields { total: self.total.get(), platform, cli, premium_models, ..GroupFields::default() };
        self.stored.with_value(|stored| fields.split(stored.as_ref())).map_err(|problems| in_words(&problems))
    }
}

fn in_words(problems: &FieldErrors) -> String {
    let in_words = |(field, problem): (&str, &Violation)| {
        let category = Category::ALL.into_iter().find(|category| category.key() == field);
        match category.filter(|_| *problem == Violation::InvalidPercentage) {
            Some(category) => format!("{}: {problem}", category.title()),
            None => problem.to_string(),
        }
    };
    problems.iter().map(in_words).collect::<Vec<_>>().join(" ")
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
        <div class="grid gap-3 border-b border-line pb-4">
            <div class="flex items-baseline justify-between gap-3">
                <h3 class="flex items-center gap-2 text-sm font-strong">
                    <span
                        class=["size-2.5 flex-none rounded-[2px]", category_ground(category)].join(" ")
                        aria-hidden="true"
                    ></span>
                    {category.title()}
                    <span class="font-normal text-ink-2">{was}</span>
                </h3>
                <output class="money text-base font-semibold">{amount}</output>
            </div>
            <PercentageField
                name=category.key()
                label=format!("{} share", category.title())
                value=percentage
                typed=typed.percentage(category)
            />
            <div class="max-w-48">
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

/// What each category has of the whole, one beside the other.
fn bar(typed: Typed) -> impl IntoView {
    let part = move |category: Category| {
        let of = move |category| Percentage::parse_or_zero(&typed.percentage(category).get()).unwrap_or_default();
        let before = move || {
            let before = Category::ALL.into_iter().filter(|other| *other < category);
            before.map(of).fold(Percentage::default().as_decimal(), |sum, part| sum + part.as_decimal())
        };
        view! {
            <rect
                class=["stroke-paper stroke-2", category_fill(category)].join(" ")
                x=move || format!("{}%", before())
                width=move || format!("{}%", of(category).as_decimal())
                height="16"
            ></rect>
        }
    };
    view! {
        <svg class="h-4 w-full rounded-sm bg-track" aria-hidden="true">
            {Category::ALL.map(part).views()}
        </svg>
    }
}

/// The sum of the percentages and of the amounts.
fn sum(typed: Typed) -> impl IntoView {
    let (ok, wrong) = ("[&>svg]:text-ink-2", "font-medium text-danger-ink");
    let line = move || {
        let (class, icon, words) = match typed.split() {
            Ok(split) => (ok, Icon::CircleCheck, format!("Sum: {}. Exactly the total.", split.total())),
            Err(problem) => (wrong, Icon::OctagonAlert, problem),
        };
        view! {
            <span class=["flex gap-1.5 [&>svg]:mt-0.5", class].join(" ")>
                <SvgIcon icon size=IconSize::Small />
                <span>{words}</span>
            </span>
        }
    };
    view! {
        <p role="status" class="text-sm">
            {line}
        </p>
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;

    #[test]
    fn preview_refuses_what_the_save_refuses() {
        let owner = Owner::new();
        owner.set();
        for (percentages, sum) in [(["60", "39.6", ""], "99.6"), (["33.33", "33.33", "33.33"], "99.99")] {
            let [platform, cli, premium_models] = percentages.map(str::to_owned);
            let fields = GroupFields { platform, cli, premium_models, ..new_group("Atlas") };
            let preview = Typed::new(&fields, &FormFields::default(), None).split();
            assert_eq!(preview, Err(format!("The percentages sum to {sum}. Make them sum to 100.")));
        }
    }
}
