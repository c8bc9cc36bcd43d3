//! The budgets, and who and what has one.

use super::Writing;
use super::draw::{Part, draws, id, moment, often, popular};
use super::people::{People, Person};
use super::projects::Shared;
use super::rows::{self, Rows};
use crate::error::Error;
use domain::budget::Category;
use time::OffsetDateTime;
use uuid::Uuid;

/// At least these many budgets, and one for every so many projects.
const FEWEST: u32 = 9;
const PROJECTS_A_BUDGET: u32 = 10;

/// Hard limits in US dollars and periods in minutes, the usual first.
const LIMITS: [(u32, u32); 6] = [(50, 43_200), (200, 43_200), (25, 10_080), (5, 1_440), (1_000, 43_200), (250, 10_080)];

const DEPARTMENTS: [&str; 16] = [
    "Standard",
    "Engineering",
    "Research",
    "Support",
    "Sales",
    "Marketing",
    "Finance",
    "Legal",
    "Operations",
    "Design",
    "Data",
    "Security",
    "Field",
    "Partners",
    "Interns",
    "Vertrieb Süd",
];

/// Of 1,000 people, and of 1,000 shared projects, how many have one of this category.
const fn shares(category: Category) -> (u32, u32) {
    match category {
        Category::Platform => (600, 700),
        Category::Cli => (250, 350),
        Category::PremiumModels => (100, 200),
    }
}

/// How many of those with a budget have the first of its category.
const HAVE_THE_USUAL: u32 = 600;

struct Budget {
    id: Uuid,
    number: u32,
    created_at: OffsetDateTime,
}

impl Budget {
    fn category(number: u32) -> Category {
        Category::ALL[number as usize % Category::ALL.len()]
    }

    fn name(&self, seed: u64) -> String {
        let (category, place) = (Self::category(self.number), self.number as usize / Category::ALL.len());
        let department = DEPARTMENTS[place % DEPARTMENTS.len()];
        let mut name = format!("{} {department}", category.title());
        if let again @ 1.. = place / DEPARTMENTS.len() {
            name.push_str(&format!(" {}", again + 1));
        }
        if seed == 0 { name } else { format!("{name} / {seed:x}") }
    }
}

/// Writes the budgets, then the assignments to people, then those to projects.
pub(super) async fn write(writing: &mut Writing<'_>, shared: &Shared) -> Result<(), Error> {
    if writing.people.count == 0 {
        return Ok(());
    }
    let People { seed, count: _, now } = writing.people;
    let maker = writing.people.get(0);
    let budgets: Vec<Budget> = (0..FEWEST.max(writing.amount.projects / PROJECTS_A_BUDGET))
        .map(|number| {
            let mut rng = draws(seed, Part::Budget, number);
            let created_at = moment(&mut rng, maker.created_at, now);
            Budget { id: id(&mut rng, created_at), number, created_at }
        })
        .collect();
    write_budgets(writing, &budgets, &maker).await?;
    write_of_people(writing, &budgets, &maker).await?;
    write_of_projects(writing, &budgets, &maker, shared).await
}

async fn write_budgets(writing: &mut Writing<'_>, budgets: &[Budget], maker: &Person) -> Result<(), Error> {
    let seed = writing.amount.seed;
    let columns =
        "budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_by, created_at, updated_at)";
    let make = |number: u32, rows: &mut Rows| {
        let budget = &budgets[number as usize];
        let (hard, minutes) = LIMITS[number as usize / Category::ALL.len() % LIMITS.len()];
        rows.push(|row| {
            row.value(budget.id).value(budget.name(seed)).value(Budget::category(number).key());
            row.value(hard * 4 / 5).value(hard).value(minutes);
            row.value(maker.id).time(budget.created_at).time(budget.created_at);
        });
    };
    rows::send(writing, "budgets", columns, 0..u32::try_from(budgets.len()).unwrap_or(u32::MAX), make).await
}

async fn write_of_people(writing: &mut Writing<'_>, budgets: &[Budget], maker: &Person) -> Result<(), Error> {
    let people = writing.people;
    let columns = "user_budgets (user_id, category, budget_id, assigned_by, created_at)";
    let make = |number: u32, rows: &mut Rows| {
        let person = people.get(number);
        let mut rng = draws(people.seed, Part::PersonBudgets, number);
        for (place, category) in (0..).zip(Category::ALL) {
            if often(&mut rng, shares(category).0) {
                let budget = &budgets[chosen(&mut rng, place, budgets.len())];
                let since = moment(&mut rng, person.created_at.max(budget.created_at), people.now);
                rows.push(|row| {
                    row.value(person.id).value(category.key()).value(budget.id).value(maker.id).time(since);
                });
            }
        }
    };
    rows::send(writing, "budgets of people", columns, people.numbers(), make).await
}

async fn write_of_projects(
    writing: &mut Writing<'_>,
    budgets: &[Budget],
    maker: &Person,
    shared: &Shared,
) -> Result<(), Error> {
    let People { seed, count: _, now } = writing.people;
    let columns = "project_budgets (project_id, category, budget_id, assigned_by, created_at)";
    let make = |number: u32, rows: &mut Rows| {
        let project = &shared.projects[number as usize];
        let mut rng = draws(seed, Part::ProjectBudgets, number);
        for (place, category) in (0..).zip(Category::ALL) {
            if often(&mut rng, shares(category).1) {
                let budget = &budgets[chosen(&mut rng, place, budgets.len())];
                let since = moment(&mut rng, project.created_at.max(budget.created_at), now);
                rows.push(|row| {
                    row.value(project.id).value(category.key()).value(budget.id).value(maker.id).time(since);
                });
            }
        }
    };
    let numbers = 0..u32::try_from(shared.projects.len()).unwrap_or(u32::MAX);
    rows::send(writing, "budgets of projects", columns, numbers, make).await
}

/// The place of a budget of a category in the list, which holds the categories in turn.
fn chosen(rng: &mut fastrand::Rng, category: usize, count: usize) -> usize {
    let of_it = u32::try_from(count / Category::ALL.len()).unwrap_or(1);
    let number = if often(rng, HAVE_THE_USUAL) { 0 } else { popular(rng, of_it) };
    number as usize * Category::ALL.len() + category
}
