//! Re-authentication: the form that was held up waits, and goes on. Browsers with scripts are in
//! `end2end`.

use crate::browser::Browser;
use crate::provider::{Forge, Provider, Way};
use crate::server::{DATA, OUR_SITE, PAGE, TestServer, header};
use domain::role::PlatformRole;
use domain::session::CONFIRMED_FOR;
use http::StatusCode;
use serde_json::{Value, json};

const PASSWORD: &str = "a quiet ledger line";
const BUDGET: &str = "name=Later&category=cli&soft_limit=1&hard_limit=2&period=30d";
const NEW: &str = "/settings/administration/budgets/new";
const CONFIRM: &str = "/confirm-identity?next=%2Fsettings%2Fadministration%2Fbudgets%2Fnew";

impl Browser<'_> {
    /// Sends the form for a budget too late, and looks at the page that asks.
    async fn is_asked(&mut self) -> String {
        assert_eq!(self.send("/act/budgets/create", BUDGET).await, (StatusCode::SEE_OTHER, CONFIRM.to_owned()));
        let asks = self.open(CONFIRM).await;
        assert!(asks.contains("Confirm it is you") && waits(&asks), "{asks}");
        asks
    }
}

/// Whether the page holds the form for the budget.
fn waits(page: &str) -> bool {
    ["name=\"confirm_action\" value=\"/act/budgets/create\"", "name=\"name\" value=\"Later\""]
        .iter()
        .all(|field| page.contains(field))
}

async fn budgets(server: &TestServer) -> i64 {
    let count = sqlx::query_scalar("select count(*) from budgets where name = 'Later'");
    count.fetch_one(server.world.services.pool()).await.expect("a count")
}

/// A maintainer with a password who signed in ten minutes ago.
async fn maintainer(server: &TestServer) -> Browser<'_> {
    let (caller, session) = server.person("Mira", PlatformRole::Maintainer).await;
    server.world.set_password(caller.actor.user_id, PASSWORD).await;
    server.world.clock.advance(CONFIRMED_FOR);
    Browser::of(server, session, NEW)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_goes_on_once_the_password_was_given() {
    let server = TestServer::start().await;
    let mut mira = maintainer(&server).await;
    mira.is_asked().await;
    assert!(waits(&mira.open(CONFIRM).await), "also when it is loaded again");
    let with = |password: &str| {
        format!(
            "{BUDGET}&confirm_action=%2Fact%2Fbudgets%2Fcreate&confirm_form=create-budget&confirm_password={password}"
        )
    };
    let wrong = mira.send("/act/account/confirm", &with("wrong")).await;
    assert_eq!(wrong, (StatusCode::SEE_OTHER, CONFIRM.to_owned()));
    let asks = mira.open(CONFIRM).await;
    assert!(waits(&asks) && asks.contains("The password is wrong."), "{asks}");
    let old = mira.cookies.clone();
    let (status, on) = mira.send("/act/account/confirm", &with("a+quiet+ledger+line")).await;
    assert_eq!((status, on.as_str()), (StatusCode::TEMPORARY_REDIRECT, "/act/budgets/create"));
    assert_ne!(old.first(), mira.cookies.last(), "another secret");
    assert_eq!(budgets(&server).await, 0);
    let (status, made) = mira.send(&on, &with("a+quiet+ledger+line")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(made.starts_with("/settings/administration/budgets/"), "{made}");
    assert_eq!(budgets(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_wrong_with_the_form_is_said_on_its_own_page() {
    let server = TestServer::start().await;
    let mut mira = maintainer(&server).await;
    mira.is_asked().await;
    let body = "confirm_action=%2Fact%2Fbudgets%2Fcreate&confirm_password=a+quiet+ledger+line";
    mira.send("/act/account/confirm", body).await;
    let back = mira.send("/act/budgets/create", &BUDGET.replace("Later", "")).await;
    assert_eq!(back, (StatusCode::SEE_OTHER, NEW.to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confirmation_leads_to_no_other_address() {
    let server = TestServer::start().await;
    let mut mira = maintainer(&server).await;
    mira.page = CONFIRM.to_owned();
    for elsewhere in ["https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example%2Fact%2F", "%2Fsign-in", ""] {
        let body = format!("confirm_action={elsewhere}&confirm_password=a+quiet+ledger+line");
        let sent = mira.send("/act/account/confirm", &body).await;
        assert_eq!(sent, (StatusCode::SEE_OTHER, CONFIRM.to_owned()), "{elsewhere}");
    }
    let done = mira.open(CONFIRM).await;
    assert!(done.contains("It is you") && done.contains("Go back"), "{done}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calling_it_off_leads_back_to_what_was_entered() {
    let server = TestServer::start().await;
    let mut mira = maintainer(&server).await;
    mira.is_asked().await;
    let body =
        format!("{BUDGET}&confirm_form=create-budget&confirm_action=%2Fact%2Fbudgets%2Fcreate&confirm_password=");
    assert_eq!(mira.send("/act/account/confirm-later", &body).await, (StatusCode::SEE_OTHER, NEW.to_owned()));
    let form = mira.open(NEW).await;
    assert!(form.contains("value=\"Later\""), "{form}");
    assert_eq!(budgets(&server).await, 0);
}

/// A maintainer whom the provider vouches for.
async fn through(server: &TestServer, provider: &Provider) -> String {
    let session = server.sign_in(provider).await;
    let made = sqlx::query("update users set is_admin = true, is_maintainer = true");
    made.execute(server.world.services.pool()).await.expect("somebody");
    session
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_is_sent_after_re_authentication_at_the_provider() {
    let provider = Provider::start().await;
    let server = TestServer::start_behind(&provider).await;
    let mut ada = Browser::of(&server, through(&server, &provider).await, NEW);
    server.world.clock.advance(CONFIRMED_FOR);
    let asks = ada.is_asked().await;
    assert!(asks.contains("Continue with Keycloak") && !asks.contains("type=\"password\""), "{asks}");
    let again = format!(
        "/sign-in/again?next={}",
        CONFIRM.replace('%', "%25").replace('/', "%2F").replace("?next=", "%3Fnext%3D")
    );
    assert!(asks.contains(&again), "{again} in {asks}");
    let leaving = server.get(&again, &[PAGE, ("cookie", ada.cookies.join("; ").as_str())]).await;
    ada.keep(&leaving);
    let back = provider.approve(&header(&leaving, "location"));
    let answer = server.come_back(&ada.cookies.join("; "), &back).await;
    ada.keep(&answer);
    assert_eq!(header(&answer, "location"), CONFIRM);
    let page = ada.open(CONFIRM).await;
    assert!(page.contains("It is you") && page.contains("action=\"/act/budgets/create\"") && waits(&page), "{page}");
    let (status, made) = ada.send("/act/budgets/create", BUDGET).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(made.starts_with("/settings/administration/budgets/"), "{made}");
    assert_eq!(budgets(&server).await, 1);

    let password = "confirm_action=&confirm_password=a+quiet+ledger+line";
    let cookies = ada.cookies.join("; ");
    let headers = [("cookie", cookies.as_str()), DATA, OUR_SITE];
    assert_eq!(server.post("/act/account/confirm", password, &headers).await.status(), StatusCode::FORBIDDEN);
}

/// Has the provider say that it asked the person so many seconds after the sign-in.
fn asked_at(forge: &mut Forge, seconds: i64) {
    let at = forge.claims["iat"].as_i64().expect("a time") + seconds;
    forge.claim("auth_time", json!(at));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_counts_from_the_auth_time_of_the_provider() {
    let provider = Provider::start().await;
    let server = TestServer::start_behind(&provider).await;
    let ways: [(Way, bool); 4] = [
        (("it does not say", |forge| forge.claim("auth_time", Value::Null)), false),
        (("nine minutes ago", |forge| asked_at(forge, -540)), false),
        (("ten minutes ago", |forge| asked_at(forge, -600)), true),
        (("in ten minutes, which counts as now", |forge| asked_at(forge, 600)), false),
    ];
    for ((when, forge), asks) in ways {
        provider.forge(forge);
        let mut ada = Browser::of(&server, through(&server, &provider).await, NEW);
        let (_, to) = ada.send("/act/budgets/create", &BUDGET.replace("Later", &when.replace(' ', "+"))).await;
        assert_eq!(to == CONFIRM, asks, "{when}: {to}");
        server.world.clock.advance(CONFIRMED_FOR);
        let (_, to) = ada.send("/act/budgets/create", BUDGET).await;
        assert_eq!(to, CONFIRM, "{when}, ten minutes later");
    }
}
