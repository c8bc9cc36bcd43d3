//! What was spent in the last 90 days: events in the ledger, their totals by day, and the windows that count them.
//!
//! Who spends is read from the assignments in the database, in an order that chance decides the same way for the same
//! seed. A part of them spends, so that those who do make enough calls to be believable.

mod ledger;
mod payers;

use super::Writing;
use super::draw::{Part, draws, id, often, one};
use super::rows::{self, Rows};
use crate::error::Error;
use domain::budget::Category;
use fastrand::Rng;
use payers::Payer;
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};
use uuid::Uuid;

/// How far back spend goes.
pub(super) const DAYS: i64 = 90;
/// Calls that a user makes in a row.
const CALLS_A_SESSION: u32 = 12;
/// Calls of one budget in all the days, about.
const CALLS_A_PAYER: u32 = 600;

/// Models by category, the usual first.
const fn models(category: Category) -> &'static [&'static str] {
    match category {
        Category::Platform => &["claude-sonnet-4-5", "gpt-5-mini", "gemini-2.5-flash", "gpt-5"],
        Category::Cli => &["claude-sonnet-4-5", "gpt-5-codex", "claude-haiku-4-5"],
        Category::PremiumModels => &["claude-opus-4-5", "gpt-5-pro"],
    }
}

/// Writes this many events, about a dozen in a row, then what is added up from them.
pub(crate) async fn write(writing: &mut Writing<'_>, events: u32) -> Result<(), Error> {
    if events == 0 {
        return Ok(());
    }
    let (seed, now) = (writing.amount.seed, writing.people.now);
    // Rows that were just written have no statistics yet, and without them the next statement may run for minutes.
    sqlx::raw_sql("analyze users, projects, user_projects, budgets, user_budgets, project_budgets")
        .execute(&mut *writing.connection)
        .await?;
    let payers = payers::read(writing.connection, seed, (events / CALLS_A_PAYER).max(MIN_PAYERS)).await?;
    if payers.is_empty() {
        return Ok(());
    }
    let source = ledger::source(writing);
    ledger::create_partitions(writing.connection, now).await?;
    let calendar = Calendar::until(now);
    let sessions = events.div_ceil(CALLS_A_SESSION);
    let sessions_a_payer = f64::from(sessions) / f64::from(u32::try_from(payers.len()).unwrap_or(u32::MAX));
    let columns = "spend_events (id, spent_at, received_at, source, category, project_id, user_id, model, amount, \
                   input_tokens, output_tokens)";
    let make = |number: u32, rows: &mut Rows| {
        let mut rng = draws(seed, Part::Spend, number);
        let Some(payer) = one(&mut rng, &payers) else { return };
        let session = Session::of(payer, &mut rng, &calendar, sessions_a_payer);
        for call in 0..CALLS_A_SESSION.min(events - number * CALLS_A_SESSION) {
            session.push(call, &mut rng, source, now, rows);
        }
    };
    rows::send(writing, "events of spend", columns, 0..sessions, make).await?;
    ledger::add_up(writing, source).await
}

/// The fewest budgets that spend.
const MIN_PAYERS: u32 = 200;

/// Days with the share of spend that falls on each: more on working days, and more from month to month.
struct Calendar {
    first: Date,
    now: OffsetDateTime,
    /// Added up from the first day on.
    weights: Vec<u32>,
}

impl Calendar {
    fn until(now: OffsetDateTime) -> Self {
        let first = now.to_offset(UtcOffset::UTC).date() - Duration::days(DAYS - 1);
        let mut sum = 0;
        let weights = (0..DAYS).map(|day| {
            let on_working_days = match (first + Duration::days(day)).weekday().number_from_monday() {
                6 => 24,
                7 => 18,
                _ => 100,
            };
            let growth = 70 + u32::try_from(day).unwrap_or_default() * 60 / 90;
            sum += on_working_days * growth;
            sum
        });
        Self { first, now, weights: weights.collect() }
    }

    /// A moment in the days, for the most part in the hours of an office, and not in the future.
    fn moment(&self, rng: &mut Rng) -> OffsetDateTime {
        let drawn = rng.u32(0..self.weights.last().copied().unwrap_or(1));
        let day = self.weights.partition_point(|weight| *weight <= drawn);
        let date = self.first + Duration::days(i64::try_from(day).unwrap_or_default());
        let hour = 7.0 + 11.0 * (rng.f64() + rng.f64()) / 2.0;
        let at = date.with_time(Time::MIDNIGHT).assume_utc() + Duration::seconds_f64((hour * 3600.0).round());
        at.min(self.now - Duration::hours(1))
    }
}

/// Calls of one user in a row.
struct Session<'a> {
    payer: &'a Payer,
    user: Option<Uuid>,
    project: Option<Uuid>,
    models: [&'static str; 2],
    at: OffsetDateTime,
    /// Millionths of a dollar of a call, on average.
    micros: f64,
}

impl<'a> Session<'a> {
    fn of(payer: &'a Payer, rng: &mut Rng, calendar: &Calendar, sessions_a_payer: f64) -> Self {
        let models = models(payer.category);
        let usual = if often(rng, 550) { models.first() } else { one(rng, models) };
        let models = [usual, one(rng, models)].map(|model| model.copied().unwrap_or_default());
        let (user, project) = match payer.project {
            Some(project) => (one(rng, &payer.members).copied(), Some(project)),
            None => (payer.user, payer.personal_project.filter(|_| often(rng, 800))),
        };
        let at = calendar.moment(rng);
        let micros = payer.session_micros(sessions_a_payer) / f64::from(CALLS_A_SESSION);
        Self { payer, user, project, models, at, micros }
    }

    fn push(&self, call: u32, rng: &mut Rng, source: Uuid, now: OffsetDateTime, rows: &mut Rows) {
        let at = (self.at + Duration::seconds(i64::from(call * rng.u32(20..150)))).min(now);
        let event = id(rng, at);
        let model = self.models[usize::from(often(rng, 250))];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a million dollars")]
        let micros = (self.micros * (0.4 + 1.2 * rng.f64())).max(1.0) as u64;
        let tokens = micros / 4;
        rows.push(|row| {
            row.value(event).time(at).time(at).value(source).value(self.payer.category.key());
            row.optional(self.project).optional(self.user).value(model);
            row.value(format_args!("{}.{:06}", micros / 1_000_000, micros % 1_000_000));
            row.value(tokens * 9 / 10 + 200).value(tokens / 10 + 50);
        });
    }
}
