//! Requesting and withdrawing.

use super::{Stage, create, draft, manages, of_project, own};
use domain::actor::Target;
use domain::budget::RequestState;
use domain::error::Refusal;
use domain::permission::RequestProjectBudgets;
use domain::project::{MemberQuery, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::violation::Violation;
use services::testing::{problem, refusal, rule};
use services::{budget_requests, budgets, views};

#[tokio::test]
async fn amount_has_to_be_above_the_present_hard_limit() {
    let stage = Stage::set().await;
    let refused = |present: &str| Violation::RequestNotAbovePresent { present: present.to_owned() };
    for hard in ["50", "49.99"] {
        assert_eq!(problem(stage.request_of(&stage.bob, "cli", hard).await, "hard_limit"), refused("$50.00"));
    }
    stage.request_of(&stage.bob, "platform", "0.01").await.expect("he has no platform budget");
    // The default budget of a category pays for users without one.
    let default = create(&stage.world, &stage.mia, "Default", "premium_models", "30").await;
    budgets::set_default(stage.services(), &manages(&stage.mia), default, true).await.expect("the default");
    assert_eq!(problem(stage.request_of(&stage.bob, "premium_models", "30").await, "hard_limit"), refused("$30.00"));
    stage.request_of(&stage.bob, "premium_models", "30.01").await.expect("more than the default");
}

#[tokio::test]
async fn holder_has_one_waiting_request_a_category() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    let second = stage.request_of(&stage.bob, "cli", "90").await;
    assert_eq!(rule(second), Violation::BudgetRequestWaiting);
    stage.request_of(&stage.bob, "platform", "90").await.expect("another category");
    stage.request_of(&stage.mia, "cli", "90").await.expect("another user");
    budget_requests::withdraw_own(stage.services(), &own(&stage.bob), request).await.expect("withdrawn");
    stage.request("90").await;
}

#[tokio::test]
async fn concurrent_requests_of_one_holder_leave_one() {
    let stage = Stage::set().await;
    let (first, second) =
        tokio::join!(stage.request_of(&stage.bob, "cli", "80"), stage.request_of(&stage.bob, "cli", "90"));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    assert_eq!(stage.list(None).await.len(), 1);
}

#[tokio::test]
async fn only_the_holder_withdraws() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    let eve = stage.world.person("Eve", PlatformRole::User).await;
    let refused = budget_requests::withdraw_own(stage.services(), &own(&eve), request).await;
    assert_eq!(refusal(refused), Refusal::NotFound);
    budget_requests::withdraw_own(stage.services(), &own(&stage.bob), request).await.expect("withdrawn");
    assert_eq!(stage.state_of(request).await, RequestState::Withdrawn);
    assert_eq!(stage.shown_to_bob().await, [], "what one withdrew is gone from My access");
    let refused = budget_requests::withdraw_own(stage.services(), &own(&eve), request).await;
    assert_eq!(refusal(refused), Refusal::NotFound, "who settled it is not told either");
    let by_bob = Violation::BudgetRequestSettled { by: "Bob".to_owned(), what: "withdrew".to_owned() };
    assert_eq!(rule(stage.approve(&stage.mia, request, stage.medium).await), by_bob);
}

#[tokio::test]
async fn project_admin_requests_for_the_project_and_approval_assigns_it_there() {
    let stage = Stage::set().await;
    let services = stage.services();
    let atlas = stage.world.project("atlas", &stage.bob).await;
    let bob = stage.world.again(&stage.bob).await.expect("signed in");
    let can = of_project(&bob, atlas);
    let request = budget_requests::request_for_project(services, &can, &draft("cli", "150")).await.expect("requested");
    let again = budget_requests::request_for_project(services, &can, &draft("cli", "160")).await;
    assert_eq!(rule(again), Violation::BudgetRequestWaiting);
    stage.request("150").await;
    let name = ProjectName::parse_existing("atlas").expect("a name");
    let page = views::project_page::load(services, &bob, &name, &MemberQuery::default()).await.expect("the page");
    assert_eq!(page.requests.iter().map(|request| request.id).collect::<Vec<_>>(), [request]);
    stage.approve(&stage.mia, request, stage.large).await.expect("approved");
    let page = views::project_page::load(services, &bob, &name, &MemberQuery::default()).await.expect("the page");
    assert_eq!(page.budgets.iter().map(|budget| budget.name.as_str()).collect::<Vec<_>>(), ["Large"]);
    assert_eq!(page.requests[0].state, RequestState::Approved);
    assert_eq!(stage.budget_of_bob().await.as_deref(), Some("Small"), "his own request waits still");
    let more = budget_requests::request_for_project(services, &can, &draft("cli", "200")).await;
    assert_eq!(problem(more, "hard_limit").code(), "request_not_above_present");

    let member = stage.world.person("Eve", PlatformRole::User).await;
    stage.world.member(atlas, member.actor.user_id, ProjectRole::Member).await;
    let member = stage.world.again(&member).await.expect("signed in");
    assert!(member.can::<RequestProjectBudgets>(Target::Project(atlas)).is_err());
    let page = views::project_page::load(services, &member, &name, &MemberQuery::default()).await.expect("the page");
    assert_eq!(page.requests, [], "members do not see who requests");
    let refused = budget_requests::withdraw_of_project(services, &can, request).await;
    assert_eq!(rule(refused).code(), "budget_request_settled");
}

#[tokio::test]
async fn personal_project_gets_no_request() {
    let stage = Stage::set().await;
    let project = stage.world.personal_project(&stage.bob).await;
    let can = of_project(&stage.mia, project);
    let refused = budget_requests::request_for_project(stage.services(), &can, &draft("cli", "80")).await;
    assert_eq!(rule(refused), Violation::PersonalProjectBudget);
}
