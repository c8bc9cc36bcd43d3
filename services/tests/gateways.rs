//! Gateways: created, authenticated by their token, revoked.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::error::Refusal;
use domain::gateway::{GatewayDraft, GatewayRow, GatewayState};
use domain::id::GatewayId;
use domain::mode::Mode;
use domain::permission::Asks;
use domain::role::PlatformRole;
use domain::violation::Violation;
use services::gateways::{self, GatewayToken, TokenRefused};
use services::guard::{Caller, Can};
use services::testing::{World, count_statements, problem, refusal};
use services::views;
use time::Duration;

fn can<P: Asks>(caller: &Caller) -> Can<P> {
    caller.can(Target::Platform).expect("the right")
}

fn draft(name: &str, lifetime: &str) -> GatewayDraft {
    GatewayDraft::parse(name, lifetime).expect("a draft")
}

async fn maintained() -> (World, Caller) {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    (world, mia)
}

async fn create(world: &World, by: &Caller, name: &str, lifetime: &str) -> (GatewayId, GatewayToken) {
    gateways::create(&world.services, &can(by), &draft(name, lifetime)).await.expect("created")
}

async fn authenticate(world: &World, token: &str) -> Result<GatewayId, TokenRefused> {
    gateways::authenticate(&world.services, token).await.expect("an answer")
}

async fn rows(world: &World, by: &Caller) -> Vec<GatewayRow> {
    views::gateways(&world.services, &can(by)).await.expect("rows")
}

#[tokio::test]
async fn created_gateway_is_authenticated_by_its_token_alone() {
    let (world, mia) = maintained().await;
    let (id, token) = create(&world, &mia, "LiteLLM", "never").await;
    let (other_id, other) = create(&world, &mia, "Other", "never").await;
    assert_eq!(authenticate(&world, token.expose()).await, Ok(id));
    assert_eq!(authenticate(&world, other.expose()).await, Ok(other_id));

    let secret = token.expose().strip_prefix("bursar_gw_").expect("the prefix");
    assert_eq!(secret.len(), 43, "256 bits");
    let wrong = [
        String::new(),
        "bursar_gw_".to_owned(),
        secret.to_owned(),
        format!("bursar_gw_{}", "a".repeat(43)),
        format!("{} ", token.expose()),
        token.expose().to_uppercase(),
        token.expose()[..52].to_owned(),
    ];
    for wrong in wrong {
        assert_eq!(authenticate(&world, &wrong).await, Err(TokenRefused::Unknown), "{wrong:?}");
    }
}

#[tokio::test]
async fn database_and_audit_log_hold_no_token() {
    let (world, mia) = maintained().await;
    let (id, token) = create(&world, &mia, "LiteLLM", "90d").await;
    let stored: String = sqlx::query_scalar(
        "select (select string_agg(g::text || encode(token_hash, 'escape'), '') from gateways g)
             || (select string_agg(a::text, '') from audit_log a)",
    )
    .fetch_one(world.services.pool())
    .await
    .expect("a text");
    let secret = token.expose().strip_prefix("bursar_gw_").expect("the prefix");
    assert!(!stored.contains(secret) && !stored.contains(&secret[..20]), "only a hash and a hint");

    let row = rows(&world, &mia).await.remove(0);
    assert_eq!((row.id, row.name.as_str(), row.created_by.as_deref()), (id, "LiteLLM", Some("Mia")));
    assert!(token.expose().ends_with(&row.hint) && row.hint.len() == 4);
    let (action, actor, lines) = world.audit(id.0).await.remove(0);
    assert_eq!((action.as_str(), actor.as_str()), ("gateway.created", "mia@example.com"));
    assert_eq!(lines, ["name: - -> LiteLLM", "lifetime: - -> 90d"]);
}

#[tokio::test]
async fn revoked_token_is_refused_at_once_and_its_name_is_free() {
    let (world, mia) = maintained().await;
    let (id, token) = create(&world, &mia, "LiteLLM", "never").await;
    let taken = gateways::create(&world.services, &can(&mia), &draft("litellm", "30d")).await;
    assert_eq!(problem(taken, "name"), Violation::GatewayNameTaken);

    let revoked = gateways::revoke(&world.services, &can(&mia), id).await.expect("revoked");
    assert_eq!(revoked.as_deref(), Some("LiteLLM"));
    assert_eq!(authenticate(&world, token.expose()).await, Err(TokenRefused::Revoked));
    assert_eq!(gateways::revoke(&world.services, &can(&mia), id).await.expect("an answer"), None, "only once");
    let actions: Vec<String> = world.audit(id.0).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(actions, ["gateway.created", "gateway.revoked"]);

    let (next, token) = create(&world, &mia, "LiteLLM", "30d").await;
    assert_eq!(authenticate(&world, token.expose()).await, Ok(next));
    let rows = rows(&world, &mia).await;
    let states: Vec<GatewayState> = rows.iter().map(|row| row.state(world.clock.now())).collect();
    assert_eq!(states, [GatewayState::Active, GatewayState::Revoked], "those in use first");
    let missing = gateways::revoke(&world.services, &can(&mia), GatewayId(mia.actor.user_id.0)).await;
    assert_eq!(refusal(missing), Refusal::NotFound);
}

#[tokio::test]
async fn token_is_refused_from_its_expiry_on() {
    let (world, mia) = maintained().await;
    let (_, token) = create(&world, &mia, "LiteLLM", "30d").await;
    world.clock.advance(Duration::days(30) - Duration::seconds(1));
    authenticate(&world, token.expose()).await.expect("not expired");
    world.clock.advance(Duration::seconds(1));
    assert_eq!(authenticate(&world, token.expose()).await, Err(TokenRefused::Expired));
}

#[tokio::test]
async fn use_of_a_token_is_written_at_most_once_a_minute() {
    let (world, mia) = maintained().await;
    let (_, token) = create(&world, &mia, "LiteLLM", "never").await;
    assert_eq!(rows(&world, &mia).await[0].last_used_at, None);
    let first = world.clock.now();
    let mut statements = Vec::new();
    for _ in 0..4 {
        let (_, count) = count_statements(authenticate(&world, token.expose())).await;
        statements.push(count);
        world.clock.advance(Duration::seconds(20));
    }
    assert_eq!(statements, [2, 1, 1, 2]);
    assert_eq!(rows(&world, &mia).await[0].last_used_at, Some(first + Duration::seconds(60)));
}

#[tokio::test]
async fn gateways_do_not_exist_without_budgets_or_where_keycloak_keeps_the_rights() {
    for (budgets, mode) in [(false, Mode::Platform), (true, Mode::Keycloak)] {
        let world = World::with(|settings| (settings.budgets, settings.mode) = (budgets, mode)).await;
        let answer = gateways::authenticate(&world.services, "bursar_gw_x").await;
        assert_eq!(refusal(answer), Refusal::NotFound);
    }
    let world = World::with(|settings| settings.budgets = false).await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let created = gateways::create(&world.services, &can(&mia), &draft("LiteLLM", "30d")).await;
    assert_eq!(refusal(created), Refusal::NotFound);
    assert_eq!(refusal(views::gateways(&world.services, &can(&mia)).await), Refusal::NotFound);
}

#[tokio::test]
async fn every_gateway_that_is_not_revoked_is_listed() {
    let (world, mia) = maintained().await;
    world
        .run(
            "insert into gateways (id, name, token_hash, token_hint, created_at, revoked_at)
             select gen_random_uuid(), 'gateway ' || n, sha256(n::text::bytea), 'hint', now() + n * interval '1 second',
                    case when n > 250 then now() + n * interval '1 minute' end
             from generate_series(1, 400) n",
        )
        .await;
    let rows = rows(&world, &mia).await;
    let (revoked, active): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.revoked_at.is_some());
    assert_eq!((active.len(), revoked.len()), (250, 100), "the last 100 that were revoked");
    assert_eq!((rows[0].name.as_str(), rows[250].name.as_str()), ("gateway 250", "gateway 400"));
    assert_eq!(rows.last().map(|row| row.name.as_str()), Some("gateway 301"));
}
