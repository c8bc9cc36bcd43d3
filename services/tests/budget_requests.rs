//! Requests for budgets: who requests, who decides, and what a decision does.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::actor::Target;
use domain::budget::{
    BudgetDraft, BudgetRequest, BudgetRequestDraft, BudgetRequestQuery, Category, RequestFacts, RequestState,
};
use domain::error::Refusal;
use domain::id::{BudgetId, BudgetRequestId, ProjectId};
use domain::page::{PageSize, Params};
use domain::permission::{ManageBudgets, RequestBudgets, RequestProjectBudgets, ViewBudgets};
use domain::project::{MemberQuery, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::text::RequestReason;
use domain::violation::Violation;
use services::guard::{Caller, Can};
use services::outbox::{Channels, Mailer, Webhook, WebhookSecret};
use services::testing::{World, count_statements, problem, refusal, rule};
use services::{Services, budget_requests, budgets, views};
use time::Duration;

/// A maintainer, a user with a CLI budget of 50 dollars, and unassigned budgets of 100 and 200 dollars.
struct Stage {
    world: World,
    mia: Caller,
    bob: Caller,
    medium: BudgetId,
    large: BudgetId,
}

impl Stage {
    async fn set() -> Self {
        let world = World::create().await;
        let mia = world.person("Mia", PlatformRole::Maintainer).await;
        let bob = world.person("Bob", PlatformRole::User).await;
        let mut made = Vec::new();
        for (name, hard) in [("Small", "50"), ("Large", "200"), ("Medium", "100")] {
            made.push(create(&world, &mia, name, "cli", hard).await);
        }
        let [small, large, medium] = made[..] else { unreachable!("three budgets") };
        budgets::assign_to_user(&world.services, &manages(&mia), small, bob.actor.user_id).await.expect("assigned");
        Self { world, mia, bob, medium, large }
    }

    fn services(&self) -> &Services {
        &self.world.services
    }

    /// Bob requests a CLI budget.
    async fn request(&self, hard: &str) -> BudgetRequestId {
        self.request_of(&self.bob, "cli", hard).await.expect("requested")
    }

    async fn request_of(&self, by: &Caller, category: &str, hard: &str) -> Result<BudgetRequestId, services::Error> {
        budget_requests::request_for_self(self.services(), &own(by), &draft(category, hard)).await
    }

    /// Requests a CLI budget of 80 dollars for a project.
    async fn request_for(&self, by: &Caller, project: ProjectId) -> BudgetRequestId {
        let can = of_project(by, project);
        budget_requests::request_for_project(self.services(), &can, &draft("cli", "80")).await.expect("requested")
    }

    async fn approve(
        &self,
        by: &Caller,
        request: BudgetRequestId,
        budget: BudgetId,
    ) -> Result<String, services::Error> {
        budget_requests::approve(self.services(), &manages(by), request, budget).await
    }

    async fn decline(&self, by: &Caller, request: BudgetRequestId) -> Result<(), services::Error> {
        let reason = RequestReason::parse("Use the project’s budget.").expect("a reason");
        budget_requests::decline(self.services(), &manages(by), request, &reason).await
    }

    /// The budget that pays for Bob’s command line.
    async fn budget_of_bob(&self) -> Option<String> {
        let bob = self.world.again(&self.bob).await.expect("signed in");
        let own = views::my_access::load(self.services(), &bob).await.expect("own access");
        own.budgets.into_iter().find(|budget| budget.category == Category::Cli).map(|budget| budget.name)
    }

    /// What Bob sees of his requests.
    async fn shown_to_bob(&self) -> Vec<RequestFacts> {
        let bob = self.world.again(&self.bob).await.expect("signed in");
        views::my_access::load(self.services(), &bob).await.expect("own access").requests
    }

    async fn list(&self, state: Option<RequestState>) -> Vec<BudgetRequest> {
        let query = BudgetRequestQuery { state, ..BudgetRequestQuery::default() };
        views::budget_requests::list(self.services(), &sees(&self.mia), &query).await.expect("a list").rows
    }

    async fn state_of(&self, request: BudgetRequestId) -> RequestState {
        let found = views::budget_requests::find(self.services(), &sees(&self.mia), request).await;
        found.expect("a request").0.facts.state
    }

    /// Another maintainer.
    async fn maintainer(&self, name: &str) -> Caller {
        self.world.person(name, PlatformRole::Maintainer).await
    }
}

async fn create(world: &World, by: &Caller, name: &str, category: &str, hard: &str) -> BudgetId {
    let draft = BudgetDraft::parse(name, category, "1", hard, "30d").expect("a good draft");
    budgets::create(&world.services, &manages(by), None, &draft).await.expect("made")
}

fn draft(category: &str, hard: &str) -> BudgetRequestDraft {
    BudgetRequestDraft::parse(category, hard, "For the migration.").expect("a draft")
}

fn manages(caller: &Caller) -> Can<ManageBudgets> {
    caller.can(Target::Platform).expect("a maintainer")
}

fn sees(caller: &Caller) -> Can<ViewBudgets> {
    caller.can(Target::Platform).expect("may see budgets")
}

fn own(caller: &Caller) -> Can<RequestBudgets> {
    caller.can(Target::Own).expect("may request")
}

fn of_project(caller: &Caller, project: ProjectId) -> Can<RequestProjectBudgets> {
    caller.can(Target::Project(project)).expect("may request for the project")
}

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
async fn only_the_holder_withdraws() {
    let stage = Stage::set().await;
    let request = stage.request("80").await;
    let eve = stage.world.person("Eve", PlatformRole::User).await;
    let refused = budget_requests::withdraw_own(stage.services(), &own(&eve), request).await;
    assert_eq!(refusal(refused), Refusal::NotFound);
    budget_requests::withdraw_own(stage.services(), &own(&stage.bob), request).await.expect("withdrawn");
    assert_eq!(stage.state_of(request).await, RequestState::Withdrawn);
    assert_eq!(stage.shown_to_bob().await, [], "what one withdrew is gone from My access");
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
async fn requests_of_deactivated_users_and_deleted_projects_are_closed() {
    let stage = Stage::set().await;
    let atlas = stage.world.project("atlas", &stage.bob).await;
    let bob = stage.world.again(&stage.bob).await.expect("signed in");
    let (of_atlas, of_bob) = (stage.request_for(&bob, atlas).await, stage.request("80").await);
    stage.world.run("update projects set deleted_at = now() where name = 'atlas'").await;
    stage.world.run("update users set is_active = false where name = 'Bob'").await;
    for request in [of_bob, of_atlas] {
        assert_eq!(rule(stage.approve(&stage.mia, request, stage.medium).await), Violation::BudgetRequestClosed);
    }
    assert_eq!(stage.list(Some(RequestState::Waiting)).await.len(), 0);
    let count = views::budget_requests::count_waiting(stage.services(), &sees(&stage.mia)).await.expect("a count");
    assert_eq!(count, 0);
    let closed = stage.list(Some(RequestState::Closed)).await;
    let holders: Vec<_> = closed.iter().map(BudgetRequest::holder_name).collect();
    assert_eq!(holders.len(), 2);
    assert!(holders.contains(&"Bob") && holders.contains(&"Deleted project"), "{holders:?}");
    stage.world.run("update users set is_active = true where name = 'Bob'").await;
    let bob = stage.world.signed_in(bob.actor.user_id).await;
    stage.request_of(&bob, "cli", "80").await.expect("nothing of his waits");
    stage.world.run("delete from projects where name = 'atlas'").await;
    assert_eq!(stage.list(None).await.len(), 2, "the request of a purged project is gone");
}

/// Every message: channel, recipient, subject, and the payload.
async fn messages(services: &Services) -> Vec<(String, String, String, serde_json::Value)> {
    sqlx::query_as("select channel, recipient, subject, payload from outbox order by created_at, channel")
        .fetch_all(services.pool())
        .await
        .expect("messages")
}

/// With a mail server and a webhook, to which nothing is sent here.
async fn stage_with_channels() -> Stage {
    let mut stage = Stage::set().await;
    let secret = WebhookSecret::parse(&format!("whsec_{}", STANDARD.encode([7; 32]))).expect("a secret");
    let webhook = Webhook::new("https://hooks.example.com/x".parse().expect("an address"), secret).expect("a client");
    let mail = Mailer::new("smtp://127.0.0.1", "bursar@example.com").expect("a mailer");
    let channels = Channels { mail: Some(mail), webhook: Some(webhook), ..Channels::default() };
    stage.world.services = stage.world.services.clone().with_channels(channels);
    stage
}

#[tokio::test]
async fn request_and_decision_are_told_by_mail_and_webhook() {
    let stage = stage_with_channels().await;
    let request = stage.request("80").await;
    let [created] = &messages(stage.services()).await[..] else { panic!("one message") };
    assert_eq!((created.0.as_str(), &created.3["type"]), ("webhook", &"budget_request.created".into()));
    let data = &created.3["data"];
    assert_eq!(data["hard_limit"], "80.00");
    assert_eq!(data["budget_category"], "cli");
    assert_eq!(data["holder"]["email"], "bob@example.com");
    assert_eq!(data["requested_by"]["name"], "Bob");

    stage.world.clock.advance(Duration::minutes(1));
    stage.approve(&stage.mia, request, stage.medium).await.expect("approved");
    let [_, mail, webhook] = &messages(stage.services()).await[..] else { panic!("three messages") };
    let subject = "CLI budget of Bob with a hard limit of $80.00: approved";
    assert_eq!((mail.1.as_str(), mail.2.as_str()), ("bob@example.com", subject));
    let text = mail.3["text"].as_str().expect("a text");
    assert!(text.starts_with("Mia approved the request for a CLI budget with a hard limit of $80.00."), "{text}");
    assert!(text.contains("The budget Medium was assigned."), "{text}");
    assert_eq!(webhook.3["type"], "budget_request.approved");
    assert_eq!(webhook.3["data"]["decision"]["budget_name"], "Medium");

    stage.world.clock.advance(Duration::minutes(1));
    let request = stage.request("180").await;
    stage.world.clock.advance(Duration::minutes(1));
    stage.decline(&stage.mia, request).await.expect("declined");
    let told = messages(stage.services()).await;
    let [.., mail, webhook] = &told[..] else { panic!("messages") };
    assert!(mail.3["text"].as_str().is_some_and(|text| text.contains("Reason: Use the project’s budget.")));
    assert_eq!(webhook.3["data"]["decision"]["reason"], "Use the project’s budget.");
    assert_eq!(told.len(), 6);
}

#[tokio::test]
async fn mail_needs_an_active_account_and_a_verified_address() {
    let stage = stage_with_channels().await;
    stage.world.project("atlas", &stage.bob).await;
    for (number, statement) in [
        "update users set is_active = false where name = 'Bob'",
        "update users set is_active = true, email_verified = false, auth_source = 'keycloak' where name = 'Bob'",
    ]
    .into_iter()
    .enumerate()
    {
        // The project keeps the request when the user who made it is deactivated.
        stage
            .world
            .run(
                "insert into budget_requests (id, project_id, category, hard_limit, reason, requested_by, requested_at)
                 select gen_random_uuid(), p.id, 'cli', 80, 'Why', u.id, '2026-03-01'
                 from projects p, users u where p.name = 'atlas' and u.name = 'Bob'",
            )
            .await;
        stage.world.run(statement).await;
        let request = stage.list(Some(RequestState::Waiting)).await[0].facts.id;
        stage.decline(&stage.mia, request).await.expect("declined");
        let mails = messages(stage.services()).await.into_iter().filter(|message| message.0 == "mail").count();
        assert_eq!(mails, 0, "{number}");
    }
}

#[tokio::test]
async fn withdrawal_and_refused_request_tell_nothing() {
    let stage = stage_with_channels().await;
    let request = stage.request("80").await;
    stage.request_of(&stage.bob, "cli", "90").await.expect_err("one waits");
    budget_requests::withdraw_own(stage.services(), &own(&stage.bob), request).await.expect("withdrawn");
    assert_eq!(messages(stage.services()).await.len(), 1, "the first request alone");
}

#[tokio::test]
async fn list_begins_with_the_oldest_that_waits_and_is_paged() {
    let stage = Stage::set().await;
    let mut waiting = Vec::new();
    for number in 0..4 {
        let user = stage.world.person(&format!("User {number}"), PlatformRole::User).await;
        stage.world.clock.advance(Duration::minutes(1));
        waiting.push(stage.request_of(&user, "cli", "80").await.expect("requested"));
    }
    stage.world.clock.advance(Duration::minutes(1));
    let mia = stage.world.signed_in(stage.mia.actor.user_id).await;
    let (first, last) = (waiting.remove(0), waiting.pop().expect("four"));
    stage.decline(&mia, first).await.expect("declined");
    stage.decline(&mia, last).await.expect("declined");
    let order = [waiting, vec![last, first]].concat();
    let listed: Vec<_> = stage.list(None).await.into_iter().map(|request| request.facts.id).collect();
    assert_eq!(listed, order);
    let size = PageSize::new(3).expect("a size");
    let query = BudgetRequestQuery { size, ..BudgetRequestQuery::default() };
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let query = BudgetRequestQuery { cursor: cursor.clone(), ..query.clone() };
        let read = views::budget_requests::list(stage.services(), &sees(&stage.mia), &query).await.expect("a page");
        seen.extend(read.rows.iter().map(|request| request.facts.id));
        cursor = read.next.clone();
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, order, "page by page");
    let declined = stage.list(Some(RequestState::Declined)).await;
    assert_eq!(declined.len(), 2);
    let mut params = Params::new([("state".to_owned(), "waiting".to_owned())]);
    assert_eq!(stage.list(BudgetRequestQuery::from_params(&mut params).state).await.len(), 2);
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_rows() {
    let stage = Stage::set().await;
    stage.request("80").await;
    let counts = async || {
        let (services, mia) = (stage.services(), &stage.mia);
        let query = BudgetRequestQuery::default();
        let (list, listed) = count_statements(views::budget_requests::list(services, &sees(mia), &query)).await;
        let four = PageSize::new(4).expect("a size");
        let (waiting, of_overview) =
            count_statements(views::budget_requests::waiting(services, &sees(mia), four)).await;
        let (list, waiting) = (list.expect("a list"), waiting.expect("requests"));
        ((list.rows.len(), waiting.oldest.len(), waiting.count), (listed, of_overview))
    };
    assert_eq!(counts().await, ((1, 1, 1), (1, 2)));
    stage
        .world
        .run(
            "insert into users (id, email, name)
               select gen_random_uuid(), n || '@example.com', 'Person ' || n from generate_series(1, 120) n;
             insert into budget_requests (id, user_id, category, hard_limit, reason, requested_by, requested_at)
               select gen_random_uuid(), id, 'cli', 80, 'Why', id, '2026-03-01' from users where name like 'Person %'",
        )
        .await;
    assert_eq!(counts().await, ((25, 4, 100), (1, 2)));
}
