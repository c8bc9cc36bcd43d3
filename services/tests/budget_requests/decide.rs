//! Approving and declining.

use super::{Stage, create, manages, own, sees};
use domain::budget::{BudgetDraft, Category, RequestState};
use domain::error::Refusal;
use domain::id::BudgetId;
use domain::shortened::beginning;
use domain::text::SearchTerm;
use domain::violation::Violation;
use services::testing::{problem, refusal, rule};
use services::{budget_requests, budgets, views};
use time::Duration;

#[tokio::test]
async fn approving_assigns_the_budget_and_tells_the_requester() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    let waiting = stage.shown_to_bob().await;
    assert_eq!((waiting.len(), waiting[0].state), (1, RequestState::Waiting));
    stage.world.clock.advance(Duration::minutes(5));
    let (found, fitting) =
        views::budget_requests::find(stage.services(), &sees(&stage.mia), request).await.expect("a request");
    assert_eq!(found.in_words(), "asks for $30.00 more CLI budget");
    assert_eq!(fitting.map(|budget| budget.label).as_deref(), Some("Medium"), "the smallest that is enough");
    let name = stage.approve(&stage.mia, request, stage.medium).await.expect("approved");
    assert_eq!((name.as_str(), stage.budget_of_bob().await.as_deref()), ("Medium", Some("Medium")));
    let [decided] = &stage.shown_to_bob().await[..] else { panic!("one request") };
    let decision = decided.decision.as_ref().expect("a decision");
    assert_eq!(decided.state, RequestState::Approved);
    assert_eq!((decision.by.as_deref(), decision.budget.as_deref()), (Some("Mia"), Some("Medium")));
    let audit: Vec<_> = stage.world.audit(stage.bob.actor.user_id.0).await.into_iter().skip(1).collect();
    let entry = |action: &str, by: &str, lines: &[&str]| {
        (action.to_owned(), by.to_owned(), lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        audit,
        [
            entry(
                "user.budget_requested",
                "bob@example.com",
                &["category: - -> cli", "hard_limit: - -> 80.00", "reason: - -> For the migration."]
            ),
            entry("user.budget_assigned", "mia@example.com", &["cli_budget: Small -> Medium"]),
            entry(
                "user.budget_request_approved",
                "mia@example.com",
                &["category: - -> cli", "hard_limit: - -> 80.00", "budget: - -> Medium"]
            ),
        ]
    );
    stage.world.clock.advance(Duration::days(30));
    let bob = stage.world.signed_in(stage.bob.actor.user_id).await;
    let own = views::my_access::load(stage.services(), &bob).await.expect("own access");
    assert_eq!(own.requests, [], "a decision is shown for 30 days");
}

#[tokio::test]
async fn declining_needs_no_budget_and_leaves_the_assignment() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    stage.decline(&stage.mia, request).await.expect("declined");
    assert_eq!(stage.budget_of_bob().await.as_deref(), Some("Small"));
    let [declined] = &stage.shown_to_bob().await[..] else { panic!("one request") };
    let reason = declined.decision.as_ref().and_then(|decision| decision.reason.as_deref());
    assert_eq!((declined.state, reason), (RequestState::Declined, Some("Use the project’s budget.")));
    stage.world.clock.advance(Duration::minutes(1));
    stage.request("90").await;
    assert_eq!(stage.shown_to_bob().await[0].state, RequestState::Waiting, "the latest one");
}

#[tokio::test]
async fn second_decision_is_refused_and_names_who_decided() {
    let stage = Stage::set().await;
    let (request, max) = (stage.request("80").await, stage.maintainer("Max").await);
    stage.approve(&max, request, stage.medium).await.expect("approved");
    let settled = |what: &str| Violation::BudgetRequestSettled { by: "Max".to_owned(), what: what.to_owned() };
    assert_eq!(rule(stage.approve(&stage.mia, request, stage.large).await), settled("approved"));
    assert_eq!(rule(stage.decline(&stage.mia, request).await), settled("approved"));
    let withdrawn = budget_requests::withdraw_own(stage.services(), &own(&stage.bob), request).await;
    assert_eq!(rule(withdrawn), settled("approved"));
    assert_eq!(stage.budget_of_bob().await.as_deref(), Some("Medium"));
}

#[tokio::test]
async fn of_two_concurrent_decisions_one_holds_whole() {
    for _ in 0..8 {
        let stage = Stage::set().await;
        let (request, max) = (stage.request("80").await, stage.maintainer("Max").await);
        let (approved, declined) =
            tokio::join!(stage.approve(&max, request, stage.medium), stage.decline(&stage.mia, request));
        assert_eq!(usize::from(approved.is_ok()) + usize::from(declined.is_ok()), 1);
        let (state, budget) = (stage.state_of(request).await, stage.budget_of_bob().await);
        let expected =
            if approved.is_ok() { (RequestState::Approved, "Medium") } else { (RequestState::Declined, "Small") };
        assert_eq!((state, budget.as_deref()), (expected.0, Some(expected.1)));
    }
}

#[tokio::test]
async fn approval_that_cannot_assign_decides_nothing() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    let other = create(&stage.world, &stage.mia, "Other", "platform", "200").await;
    let refused = problem(stage.approve(&stage.mia, request, other).await, "budget");
    let (budget, category) = ("Other".to_owned(), "CLI".to_owned());
    assert_eq!(refused, Violation::CategoryMismatch { budget, category });
    let unknown = stage.approve(&stage.mia, request, BudgetId(request.0)).await;
    assert_eq!(problem(unknown, "budget").code(), "unknown_choice");
    assert_eq!(stage.state_of(request).await, RequestState::Waiting);
    assert_eq!(stage.budget_of_bob().await.as_deref(), Some("Small"));
    // The assignment is written before the decision: when that fails, both are undone.
    stage.world.run("alter table budget_requests add check (state <> 'approved')").await;
    assert_eq!(refusal(stage.approve(&stage.mia, request, stage.medium).await), Refusal::Internal);
    assert_eq!(stage.state_of(request).await, RequestState::Waiting);
    assert_eq!(stage.budget_of_bob().await.as_deref(), Some("Small"));
}

#[tokio::test]
async fn maintainer_does_not_decide_the_own_request() {
    let stage = Stage::set().await;
    let request = stage.request_of(&stage.mia, "cli", "80").await.expect("requested");
    assert_eq!(rule(stage.approve(&stage.mia, request, stage.medium).await), Violation::OwnBudgetRequest);
    assert_eq!(rule(stage.decline(&stage.mia, request).await), Violation::OwnBudgetRequest);
    let max = stage.maintainer("Max").await;
    stage.approve(&max, request, stage.medium).await.expect("another maintainer");
}

#[tokio::test]
async fn request_of_a_project_with_its_own_budget_is_not_approved_by_assigning() {
    let stage = Stage::set().await;
    let atlas = stage.world.project("atlas", &stage.bob).await;
    stage
        .world
        .run(
            "with b as (
               insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, project_id)
               select gen_random_uuid(), 'Own', 'cli', 1, 20, 60, id from projects where name = 'atlas' returning id, project_id)
             insert into project_budgets (project_id, category, budget_id) select project_id, 'cli', id from b",
        )
        .await;
    let bob = stage.world.again(&stage.bob).await.expect("signed in");
    let request = stage.request_for(&bob, atlas).await;
    let refused = rule(stage.approve(&stage.mia, request, stage.medium).await);
    assert_eq!(refused, Violation::ProjectHasBudget { category: "CLI".to_owned() });
    assert_eq!(stage.state_of(request).await, RequestState::Waiting);
}

#[tokio::test]
async fn approval_lowers_no_limit_and_a_budget_assigned_meanwhile_is_enough() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    let bob = stage.bob.actor.user_id;
    budgets::assign_to_user(stage.services(), &manages(&stage.mia), stage.large, bob).await.expect("assigned");
    let refused = problem(stage.approve(&stage.mia, request, stage.medium).await, "budget");
    assert_eq!(refused.code(), "budget_below_present");
    assert_eq!(stage.budget_of_bob().await.as_deref(), Some("Large"));
    assert_eq!(stage.state_of(request).await, RequestState::Waiting);
    stage.approve(&stage.mia, request, stage.large).await.expect("met already");
    let (found, _) = views::budget_requests::find(stage.services(), &sees(&stage.mia), request).await.expect("found");
    assert_eq!(found.in_words(), "requested a CLI budget with a hard limit of $80.00");
}

#[tokio::test]
async fn budget_assigned_while_an_approval_waits_is_compared() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    let mut assigning = stage.services().pool().begin().await.expect("a transaction");
    sqlx::query("select from users where name = 'Bob' for update").execute(&mut *assigning).await.expect("locked");
    let assign = sqlx::query("update user_budgets set budget_id = $1").bind(stage.large.0);
    assign.execute(&mut *assigning).await.expect("assigned");
    let committing = async {
        stage.world.until_blocked(1).await;
        assigning.commit().await.expect("committed");
    };
    let (approved, ()) = tokio::join!(stage.approve(&stage.mia, request, stage.medium), committing);
    assert_eq!(problem(approved, "budget").code(), "budget_below_present");
    assert_eq!(stage.budget_of_bob().await.as_deref(), Some("Large"));
}

#[tokio::test]
async fn budget_with_the_present_reset_period_fits_before_a_lower_limit_for_a_shorter_one() {
    let stage = Stage::set().await;
    let hourly = BudgetDraft::parse("Hourly", "cli", "1", "90", "1h").expect("a draft");
    budgets::create(stage.services(), &manages(&stage.mia), None, &hourly).await.expect("made");
    let request = stage.request("80").await;
    let (_, fitting) = views::budget_requests::find(stage.services(), &sees(&stage.mia), request).await.expect("found");
    assert_eq!(fitting.map(|budget| budget.label).as_deref(), Some("Medium"));
}

#[tokio::test]
async fn offered_budget_is_found_by_the_beginning_of_its_long_name() {
    let stage = Stage::set().await;
    let name = "Budget of the handbook ".repeat(5);
    let large = create(&stage.world, &stage.mia, &name, "cli", "300").await;
    let request = stage.request("250").await;
    let (_, fitting) = views::budget_requests::find(stage.services(), &sees(&stage.mia), request).await.expect("found");
    let typed = beginning(&fitting.expect("a budget").label, SearchTerm::LONGEST);
    let term = SearchTerm::parse(&typed).expect("a term");
    let found =
        views::suggestions::budgets(stage.services(), &sees(&stage.mia), Some(&term), Some(Category::Cli)).await;
    assert_eq!(found.expect("budgets").into_iter().map(|budget| budget.value).collect::<Vec<_>>(), [large.to_string()]);
}
