//! The answer.

use super::DayRange;
use crate::budget::Category;
use crate::csv::cell;
use crate::id::{ProjectId, UserId};
use crate::money::NetAmount;
use crate::page::Page;
use crate::project::ProjectName;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

/// An amount for each category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryAmounts([NetAmount; Category::ALL.len()]);

impl CategoryAmounts {
    /// In the order of [`Category::ALL`].
    pub const fn new(amounts: [NetAmount; Category::ALL.len()]) -> Self {
        Self(amounts)
    }

    /// The amount of one category.
    pub const fn of(self, category: Category) -> NetAmount {
        self.0[category as usize]
    }

    /// Adds to one category.
    pub fn add(&mut self, category: Category, amount: NetAmount) {
        self.0[category as usize] = self.0[category as usize] + amount;
    }

    /// The sum.
    pub fn total(self) -> NetAmount {
        self.0.into_iter().sum()
    }

    /// Adds up each category.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Self {
        amounts.into_iter().fold(Self::default(), |mut sum, amounts| {
            Category::ALL.into_iter().for_each(|category| sum.add(category, amounts.of(category)));
            sum
        })
    }
}

/// What was spent on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySpend {
    /// The day, in UTC.
    pub day: Date,
    /// By category.
    pub amounts: CategoryAmounts,
}

/// Whose spend a row is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spender {
    /// A shared project.
    Project {
        /// The project.
        id: ProjectId,
        /// Technical name.
        name: ProjectName,
        /// Display name, or the technical one.
        title: String,
        /// Whether it has a page: it was not deleted.
        is_open: bool,
    },
    /// All personal projects together.
    PersonalProjects,
    /// A project that is no longer stored.
    DeletedProject(ProjectId),
    /// Spend outside any project.
    NoProject,
    /// A user.
    User {
        /// The user.
        id: UserId,
        /// Name as shown.
        name: String,
        /// Address as shown.
        email: String,
        /// Whether the address is known to be the user's.
        email_verified: bool,
    },
    /// A user who is no longer stored.
    DeletedUser(UserId),
    /// Spend of no user, such as that of a project's own key.
    NoUser,
    /// A category.
    Category(Category),
    /// A model.
    Model(String),
    /// Spend without a model.
    NoModel,
}

impl Spender {
    /// As people read it.
    pub fn title(&self) -> String {
        match self {
            Self::Project { title, .. } => title.clone(),
            Self::PersonalProjects => "Personal projects".to_owned(),
            Self::DeletedProject(_) => "Deleted project".to_owned(),
            Self::NoProject => "No project".to_owned(),
            Self::User { name, .. } => name.clone(),
            Self::DeletedUser(_) => "Deleted user".to_owned(),
            Self::NoUser => "No user".to_owned(),
            Self::Category(category) => category.title().to_owned(),
            Self::Model(model) => model.clone(),
            Self::NoModel => "Unknown model".to_owned(),
        }
    }

    /// What tells it from others with the same title: a technical name, an address, an id; empty where there are no others.
    pub fn detail(&self) -> String {
        match self {
            Self::Project { name, .. } => name.to_string(),
            Self::User { email, .. } => email.clone(),
            Self::DeletedProject(id) => id.to_string(),
            Self::DeletedUser(id) => id.to_string(),
            Self::Category(category) => category.key().to_owned(),
            Self::Model(model) => model.clone(),
            Self::PersonalProjects | Self::NoProject | Self::NoUser | Self::NoModel => String::new(),
        }
    }
}

/// A row of a breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendRow {
    /// Whose spend it is.
    pub spender: Spender,
    /// Spent in the days.
    pub amount: NetAmount,
    /// Spent in the days before, that these are compared with.
    pub previous: NetAmount,
    /// The amount by category; read for files and `/v1`, zero on pages.
    pub by_category: CategoryAmounts,
}

impl SpendRow {
    /// The heading of a file.
    pub const CSV_HEADER: &'static str = "from,to,name,id,platform,cli,premium_models,total,previous_period\r\n";

    /// How much more it is than before.
    pub fn change(&self) -> NetAmount {
        self.amount - self.previous
    }

    /// A line of a file, with exact amounts.
    pub fn csv(&self, days: DayRange) -> String {
        let amounts = Category::ALL.map(|category| self.by_category.of(category)).into_iter();
        let figures = amounts.chain([self.amount, self.previous]).map(|amount| amount.to_string());
        let words =
            [days.from.to_string(), days.to.to_string(), cell(&self.spender.title()), cell(&self.spender.detail())];
        words.into_iter().chain(figures).collect::<Vec<_>>().join(",") + "\r\n"
    }
}

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// The day of the server, in UTC.
    pub today: Date,
    /// The days it is about.
    pub days: DayRange,
    /// The days on which something was spent, the first one first.
    pub by_day: Vec<DaySpend>,
    /// What was spent in the days before, that these are compared with.
    pub previous: CategoryAmounts,
    /// A page of the breakdown, the largest amount first.
    pub rows: Page<SpendRow>,
    /// How many rows the breakdown has in all.
    pub row_count: i64,
    /// The rows that changed most, the largest change first.
    pub movers: Vec<SpendRow>,
    /// Display name of the project that the query names, if there is one.
    pub project: Option<String>,
    /// Name of the user whom the query names, if there is one.
    pub user: Option<String>,
    /// Whether anything was ever spent where the viewer may look.
    pub has_spend: bool,
}

/// What a month costs if it goes on as its full days did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// The full days so far.
    pub full_days: i64,
    /// The average of these.
    pub daily: NetAmount,
    /// As many such days as the month has.
    pub month: NetAmount,
}

/// Fewer full days say nothing about a month.
const MIN_FULL_DAYS: i64 = 3;

impl Spending {
    /// Spent in the days, by category.
    pub fn amounts(&self) -> CategoryAmounts {
        CategoryAmounts::sum(self.by_day.iter().map(|day| day.amounts))
    }

    /// The days up to today; the whole period where all of it is in the future.
    pub fn elapsed(&self) -> DayRange {
        self.days.elapsed(self.today).unwrap_or(self.days)
    }

    /// Whether nothing was spent in the days, whatever page of the breakdown is read. Spend that was corrected to zero was
    /// spent.
    pub fn is_empty(&self) -> bool {
        self.by_day.is_empty()
    }

    /// Whether there is something to compare these days with, also where corrections sum to zero with it.
    pub fn has_previous(&self) -> bool {
        self.previous != CategoryAmounts::default()
    }

    /// The user whom the query names. The name of a user who never spent where the viewer may look is not read, so one
    /// without a name was deleted only if there is spend.
    pub fn user_title(&self) -> String {
        let unnamed = if self.is_empty() { "Unknown user" } else { "Deleted user" };
        self.user.clone().unwrap_or_else(|| unnamed.to_owned())
    }

    /// What the rows that stand on other pages add up to, and how many they are.
    pub fn other_rows(&self) -> Option<(i64, NetAmount)> {
        let shown = i64::try_from(self.rows.rows.len()).unwrap_or(i64::MAX);
        let amount = self.amounts().total() - self.rows.rows.iter().map(|row| row.amount).sum();
        (self.row_count > shown).then_some((self.row_count - shown, amount))
    }

    /// What the month under way will cost, if the period is that month and three days of it are over.
    pub fn forecast(&self) -> Option<Forecast> {
        Forecast::new(self.days, self.today, &self.by_day)
    }
}

impl Forecast {
    /// What the days will cost, if they are the month under way and three days of it are over.
    pub fn new(days: DayRange, today: Date, by_day: &[DaySpend]) -> Option<Self> {
        let full = DayRange { from: days.from, to: today - Duration::DAY };
        let is_under_way = days.is_month() && days.elapsed(today) != Some(days) && days.from <= today;
        if !is_under_way || full.count() < MIN_FULL_DAYS {
            return None;
        }
        let spent =
            |to: Date| -> NetAmount { by_day.iter().filter(|day| day.day <= to).map(|day| day.amounts.total()).sum() };
        let (full_days, to_come) = (full.count(), Decimal::from(days.count() - full.count() - 1));
        let daily = spent(full.to).as_decimal() / Decimal::from(full_days);
        let so_far = spent(days.to).as_decimal();
        (daily > Decimal::ZERO).then(|| Self {
            full_days,
            daily: NetAmount::new(daily),
            month: NetAmount::new(so_far + daily * to_come),
        })
    }
}

/// What was spent in the month of today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSpend {
    /// Up to now.
    pub spent: NetAmount,
    /// What the month will cost.
    pub forecast: Option<Forecast>,
    /// In the whole month before.
    pub last_month: NetAmount,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn net(raw: &str) -> NetAmount {
        NetAmount::new(raw.parse().expect("a decimal"))
    }

    fn spending(today: Date, by_day: &[(Date, &str)]) -> Spending {
        let day = |(day, amount): &(Date, &str)| DaySpend {
            day: *day,
            amounts: CategoryAmounts::new([net(amount), NetAmount::ZERO, NetAmount::ZERO]),
        };
        Spending {
            today,
            days: DayRange::month_of(date!(2026 - 11 - 01)),
            by_day: by_day.iter().map(day).collect(),
            previous: CategoryAmounts::default(),
            rows: Page { rows: Vec::new(), previous: None, next: None },
            row_count: 0,
            movers: Vec::new(),
            project: None,
            user: None,
            has_spend: true,
        }
    }

    #[test]
    fn forecast_adds_an_average_full_day_for_each_day_to_come() {
        let spent = [(date!(2026 - 11 - 01), "10"), (date!(2026 - 11 - 03), "2"), (date!(2026 - 11 - 04), "1000")];
        let forecast = spending(date!(2026 - 11 - 04), &spent).forecast().expect("three full days");
        assert_eq!((forecast.full_days, forecast.daily, forecast.month), (3, net("4"), net("1116")));
    }

    #[test]
    fn no_forecast_for_a_month_that_is_over_or_has_just_begun() {
        let spent = [(date!(2026 - 11 - 01), "10")];
        for today in [date!(2026 - 11 - 03), date!(2026 - 11 - 30), date!(2026 - 12 - 05)] {
            assert_eq!(spending(today, &spent).forecast(), None, "{today}");
        }
        assert_eq!(spending(date!(2026 - 11 - 10), &[]).forecast(), None);
    }

    #[test]
    fn spend_that_was_corrected_to_zero_is_not_empty() {
        let (today, on) = (date!(2026 - 11 - 10), date!(2026 - 11 - 02));
        let corrected = CategoryAmounts::new([net("5"), net("-5"), NetAmount::ZERO]);
        let by_day = vec![DaySpend { day: on, amounts: corrected }];
        let data = Spending { by_day, ..spending(today, &[]) };
        assert!(data.amounts().total().is_zero() && data.rows.rows.is_empty());
        assert!(!data.is_empty());
        assert!(spending(today, &[]).is_empty());
    }

    #[test]
    fn user_whose_name_the_viewer_may_not_know_is_not_called_deleted() {
        let today = date!(2026 - 11 - 10);
        let without_spend = spending(today, &[]);
        assert_eq!(without_spend.user_title(), "Unknown user");
        assert_eq!(spending(today, &[(date!(2026 - 11 - 02), "5")]).user_title(), "Deleted user");
        assert_eq!(Spending { user: Some("Ada".into()), ..without_spend }.user_title(), "Ada");
    }

    #[test]
    fn line_of_a_file_is_exact_and_runs_no_formula() {
        let row = SpendRow {
            spender: Spender::Model("=cmd|' /C calc'!A0".into()),
            amount: net("3.000000001"),
            previous: net("-0.5"),
            by_category: CategoryAmounts::new([net("3"), net("0.000000001"), NetAmount::ZERO]),
        };
        let days = DayRange::month_of(date!(2026 - 11 - 01));
        let formula = "\"'=cmd|' /C calc'!A0\"";
        let line = format!("2026-11-01,2026-11-30,{formula},{formula},3,0.000000001,0,3.000000001,-0.5\r\n");
        assert_eq!(row.csv(days), line);
    }
}
