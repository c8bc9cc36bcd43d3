//! Amounts and reset periods of budgets through forms, conflicts and the audit log: exact, and never changed unseen.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, BudgetFields, BudgetRow, BudgetSlug};
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::id::BudgetId;
use domain::money::Money;
use domain::permission::ManageBudgets;
use domain::role::PlatformRole;
use domain::text::BudgetName;
use domain::violation::Violation;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use services::guard::{Caller, Can};
use services::testing::{World, problem, refusal};
use services::{budgets, views};

/// A maintainer and one budget, as an API client may have created it.
struct Stage {
    world: World,
    mia: Caller,
    budget: BudgetId,
}

impl Stage {
    async fn with_limits(soft: &str, hard: &str) -> Self {
        Self::with(soft, hard, "30d").await
    }

    async fn with(soft: &str, hard: &str, period: &str) -> Self {
        let world = World::create().await;
        let mia = world.person("Mia", PlatformRole::Maintainer).await;
        let slug = BudgetSlug::parse("leads").expect("a slug");
        let draft = BudgetDraft::parse("Leads", "cli", soft, hard, period).expect("a draft");
        let can = mia.can::<ManageBudgets>(Target::Platform).expect("a maintainer");
        let budget = budgets::create(&world.services, &can, Some(&slug), &draft).await.expect("created");
        Self { world, mia, budget }
    }

    fn manages(&self) -> Can<ManageBudgets> {
        self.mia.can(Target::Platform).expect("a maintainer")
    }

    async fn row(&self) -> BudgetRow {
        let views = self.mia.can(Target::Platform).expect("may see budgets");
        views::budgets::detail(&self.world.services, &views, self.budget).await.expect("there").budget
    }

    async fn save(&self, version: i64, fields: &BudgetFields) -> Result<(), services::Error> {
        let draft = BudgetDraft::parse_form(fields)?;
        budgets::edit(&self.world.services, &self.manages(), self.budget, Edit::of_version(version, draft))
            .await
            .map(|_| ())
    }

    async fn patch(&self, replace: impl FnOnce(BudgetDraft) -> BudgetDraft + Send + 'static) {
        let edit = Edit::new(Precondition::None, |stored| Ok(replace(stored)));
        budgets::edit(&self.world.services, &self.manages(), self.budget, edit).await.expect("saved");
    }

    /// The changes of the latest audit event.
    async fn recorded(&self) -> Vec<String> {
        self.world.audit(self.budget.0).await.pop().expect("an event").2
    }
}

#[tokio::test]
async fn form_sent_unchanged_changes_and_records_nothing() {
    let stage = Stage::with_limits("1", "2").await;
    let units = 0i64..1_000_000_000_000_000_000;
    let amounts = (units.clone(), units, 0u32..=9, 1i32..=527_040);
    let mut runner = TestRunner::deterministic();
    for _ in 0..100 {
        let (one, other, decimals, minutes) = amounts.new_tree(&mut runner).expect("a case").current();
        let coarse = |units: i64| Decimal::new(units / 10i64.pow(9 - decimals), decimals);
        let (soft, hard) = (coarse(one.min(other)), coarse(one.max(other)).max(Decimal::new(1, 9)));
        sqlx::query("update budgets set soft_limit = $2, hard_limit = $3, reset_minutes = $4 where id = $1")
            .bind(stage.budget.0)
            .bind(soft)
            .bind(hard)
            .bind(minutes)
            .execute(stage.world.services.pool())
            .await
            .expect("stored");
        let before = stage.row().await;
        stage.save(before.version, &BudgetFields::of(&before)).await.expect("saved");
        assert_eq!(stage.row().await, before, "{soft} {hard} {minutes}");
    }
    assert_eq!(stage.world.audit(stage.budget.0).await.len(), 1, "nothing but the creation is recorded");
}

#[tokio::test]
async fn renaming_a_budget_keeps_amounts_finer_than_a_cent() {
    let stage = Stage::with_limits("33.3330", "33.333333333").await;
    let before = stage.row().await;
    let fields = BudgetFields { name: "Renamed".into(), ..BudgetFields::of(&before) };
    stage.save(before.version, &fields).await.expect("saved");
    let after = stage.row().await;
    assert_eq!((after.name.as_str(), after.limits), ("Renamed", before.limits));
    assert_eq!(stage.recorded().await, ["name: Leads -> Renamed"]);
}

#[tokio::test]
async fn change_below_a_cent_is_recorded_with_both_exact_values() {
    let stage = Stage::with_limits("1", "33.3330").await;
    let hard_limit = Money::parse("33.3340").expect("an amount");
    stage.patch(move |stored| BudgetDraft { hard_limit, ..stored }).await;
    assert_eq!(stage.recorded().await, ["hard_limit: 33.3330 -> 33.3340"]);
    let row = stage.row().await;
    let fields = BudgetFields { hard_limit: "33.333333333".into(), ..BudgetFields::of(&row) };
    stage.save(row.version, &fields).await.expect("saved");
    assert_eq!(stage.recorded().await, ["hard_limit: 33.3340 -> 33.333333333"]);
}

#[tokio::test]
async fn hard_limit_below_a_cent_can_be_saved_again() {
    let stage = Stage::with_limits("0", "0.004").await;
    let row = stage.row().await;
    let fields = BudgetFields { name: "Renamed".into(), ..BudgetFields::of(&row) };
    stage.save(row.version, &fields).await.expect("saved");
    assert_eq!(stage.row().await.limits.hard().exact(), "$0.0040");
}

#[tokio::test]
async fn conflict_tells_amounts_apart_that_differ_below_a_cent() {
    let stage = Stage::with_limits("1", "33.3330").await;
    let row = stage.row().await;
    let hard_limit = Money::parse("33.3340").expect("an amount");
    stage.patch(move |stored| BudgetDraft { hard_limit, ..stored }).await;
    let fields = BudgetFields { hard_limit: "33.3350".into(), ..BudgetFields::of(&row) };
    let Refusal::Conflict(conflict) = refusal(stage.save(row.version, &fields).await) else {
        panic!("expected a conflict")
    };
    let hard = conflict.fields.iter().find(|field| field.name == "hard_limit").expect("the hard limit");
    assert_eq!((hard.yours.shown.as_str(), hard.theirs.shown.as_str()), ("$33.3350", "$33.3340"));
}

#[tokio::test]
async fn form_sets_no_period_of_less_than_an_hour() {
    let stage = Stage::with_limits("1", "2").await;
    let row = stage.row().await;
    let mut fields = BudgetFields { name: "Other".into(), ..BudgetFields::of(&row) };
    fields.period.choice = "1m".into();
    assert_eq!(problem(stage.save(row.version, &fields).await, "period"), Violation::ResetPeriodTooShort);
    let draft = BudgetDraft::parse_form(&fields).expect("a draft");
    let created = budgets::create(&stage.world.services, &stage.manages(), None, &draft).await;
    assert_eq!(problem(created, "period"), Violation::ResetPeriodTooShort);
    assert_eq!(stage.row().await, row);
}

#[tokio::test]
async fn form_keeps_the_minutes_that_an_api_client_set() {
    let stage = Stage::with("1", "2", "15m").await;
    let row = stage.row().await;
    let fields = BudgetFields { name: "Renamed".into(), ..BudgetFields::of(&row) };
    stage.save(row.version, &fields).await.expect("saved");
    assert_eq!(stage.row().await.period.in_words(), "every 15 minutes");
    let name = BudgetName::parse("By the API").expect("a name");
    stage.patch(|stored| BudgetDraft { name, ..stored }).await;
    assert_eq!(stage.row().await.period.in_words(), "every 15 minutes");
}
