//! What mails and webhooks tell.

use super::{Stage, of_project, own};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::budget::RequestState;
use domain::email::Email;
use domain::project::{MemberQuery, ProjectName};
use services::outbox::{Channels, Mailer, Webhook, WebhookSecret};
use services::{Services, budget_requests, views};
use time::Duration;

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
async fn new_request_is_mailed_to_the_operator() {
    let mut stage = Stage::set().await;
    let mail = Some(Mailer::new("smtp://127.0.0.1", "bursar@example.com").expect("a mailer"));
    let alert_mail_to = Some(Email::parse("ops@example.com").expect("an address"));
    let channels = Channels { mail, alert_mail_to, ..Channels::default() };
    stage.world.services = stage.world.services.clone().with_channels(channels);
    stage.request("80").await;
    let [mail] = &messages(stage.services()).await[..] else { panic!("one message") };
    let subject = "CLI budget of Bob with a hard limit of $80.00: requested";
    assert_eq!((mail.0.as_str(), mail.1.as_str(), mail.2.as_str()), ("mail", "ops@example.com", subject));
    let expected = "Bob requests a CLI budget with a hard limit of $80.00. A maintainer decides on the page Requests.\n\n\
                    User: Bob (bob@example.com)\nReason: For the migration.\n";
    assert_eq!(mail.3["text"], expected);
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
async fn requester_is_told_when_another_withdraws_the_request_of_a_project() {
    let stage = stage_with_channels().await;
    let atlas = stage.world.project("atlas", &stage.bob).await;
    let bob = stage.world.again(&stage.bob).await.expect("signed in");
    let request = stage.request_for(&bob, atlas).await;
    let can = of_project(&stage.mia, atlas);
    budget_requests::withdraw_of_project(stage.services(), &can, request).await.expect("withdrawn");
    let told = messages(stage.services()).await;
    let mail = told.iter().find(|message| message.0 == "mail").expect("a mail");
    assert_eq!(mail.1, "bob@example.com");
    assert!(mail.3["text"].as_str().is_some_and(|text| text.starts_with("Mia withdrew the request")), "{mail:?}");
    assert!(told.iter().any(|message| message.3["type"] == "budget_request.withdrawn"), "{told:?}");
    let name = ProjectName::parse_existing("atlas").expect("a name");
    let page = views::project_page::load(stage.services(), &bob, &name, &MemberQuery::default()).await.expect("a page");
    assert_eq!(page.requests.iter().map(|request| request.state).collect::<Vec<_>>(), [RequestState::Withdrawn]);
}

#[tokio::test]
async fn who_no_longer_sees_the_project_gets_no_mail_about_its_request() {
    let stage = stage_with_channels().await;
    let atlas = stage.world.project("atlas", &stage.bob).await;
    let bob = stage.world.again(&stage.bob).await.expect("signed in");
    let request = stage.request_for(&bob, atlas).await;
    stage.world.run("delete from user_projects where user_id = (select id from users where name = 'Bob')").await;
    stage.decline(&stage.mia, request).await.expect("declined");
    assert!(messages(stage.services()).await.iter().all(|message| message.0 != "mail"));
}
