//! Forms that are sent twice.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::{SessionId, UserId};
use domain::violation::Violation;
use services::Error;
use services::submission::{FormKey, REPEATED_FOR, Submission};
use services::testing::World;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Notify;
use uuid::Uuid;

const ACTION: &str = "/act/users/create";

/// A user, a session and the form that both were rendered for.
#[derive(Clone)]
struct Browser {
    session: u128,
    key: FormKey,
    fields: Vec<(String, String)>,
}

impl Browser {
    fn new(world: &World) -> Self {
        Self { session: 1, key: FormKey::make(&world.services), fields: fields(&[("name", "Ada")]) }
    }

    fn post_to(&self, action: &str) -> Submission {
        let (user, session) = (UserId(Uuid::from_u128(9)), SessionId(Uuid::from_u128(self.session)));
        Submission::new(user, session, &self.key, action, &self.fields)
    }

    fn post(&self) -> Submission {
        self.post_to(ACTION)
    }
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Counts what was created.
#[derive(Clone, Default)]
struct Created(Arc<AtomicU32>);

impl Created {
    fn now(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    async fn one_more(self) -> Result<String, Error> {
        Ok(format!("number {}", self.0.fetch_add(1, Ordering::SeqCst) + 1))
    }
}

async fn send(world: &World, submission: Submission, created: &Created) -> String {
    submission.once(&world.services, created.clone().one_more()).await.expect("created")
}

#[tokio::test]
async fn second_post_of_a_form_gets_the_first_result() {
    let world = World::create().await;
    let (browser, created) = (Browser::new(&world), Created::default());
    assert_eq!(send(&world, browser.post(), &created).await, "number 1");
    assert_eq!(send(&world, browser.post(), &created).await, "number 1");
    assert_eq!(created.now(), 1);
}

#[tokio::test]
async fn second_post_waits_for_the_first_that_is_under_way() {
    let world = World::create().await;
    let (browser, created, go) = (Browser::new(&world), Created::default(), Arc::new(Notify::new()));
    let (first, services) = (browser.post(), world.services.clone());
    let (work, may_go) = (created.clone(), go.clone());
    let slow = async move {
        may_go.notified().await;
        work.one_more().await
    };
    let first = tokio::spawn(async move { first.once(&services, slow).await });
    let claimed = || async {
        let rows = sqlx::query_scalar("select count(*) from idempotency_keys where status is null");
        rows.fetch_one(world.services.pool()).await.unwrap_or(0_i64)
    };
    let is_claimed = async { while claimed().await == 0 {} };
    tokio::time::timeout(std::time::Duration::from_secs(60), is_claimed).await.expect("the first claims the key");
    let second = async {
        let second = send(&world, browser.post(), &created);
        let both = tokio::join!(second, async { go.notify_one() });
        both.0
    };
    assert_eq!(second.await, "number 1");
    assert_eq!(first.await.expect("finished").expect("created"), "number 1");
    assert_eq!(created.now(), 1);
}

#[tokio::test]
async fn twenty_posts_at_once_create_one() {
    let world = World::create().await;
    let (browser, created) = (Browser::new(&world), Created::default());
    let posts = (0..20).map(|_| {
        let (submission, services, created) = (browser.post(), world.services.clone(), created.clone());
        tokio::spawn(async move { submission.once(&services, created.one_more()).await })
    });
    for post in posts.collect::<Vec<_>>() {
        assert_eq!(post.await.expect("finished").expect("created"), "number 1");
    }
    assert_eq!(created.now(), 1);
}

#[tokio::test]
async fn action_goes_on_after_its_browser_hung_up() {
    let world = World::create().await;
    let (browser, created, go) = (Browser::new(&world), Created::default(), Arc::new(Notify::new()));
    let (work, may_go) = (created.clone(), go.clone());
    let slow = async move {
        may_go.notified().await;
        work.one_more().await
    };
    let mut first = Box::pin(browser.post().once(&world.services, slow));
    // Polled until the action waits, then dropped as the server drops a request whose connection is gone.
    let is_claimed = || async {
        let rows = sqlx::query_scalar("select count(*) from idempotency_keys");
        rows.fetch_one(world.services.pool()).await.unwrap_or(0_i64) == 1
    };
    loop {
        tokio::select! {
            _ = &mut first => panic!("the action waits"),
            claimed = is_claimed() => if claimed { break },
        }
    }
    for _ in 0..10 {
        tokio::select! {
            biased;
            _ = &mut first => panic!("the action waits"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(first);
    go.notify_one();
    assert_eq!(send(&world, browser.post(), &created).await, "number 1");
    assert_eq!(created.now(), 1);
}

#[tokio::test]
async fn refused_post_does_not_use_up_the_key() {
    let world = World::create().await;
    let (browser, created) = (Browser::new(&world), Created::default());
    let refused = async { Err::<String, Error>(FieldErrors::one("name", Violation::required("the name")).into()) };
    let answer = browser.post().once(&world.services, refused).await;
    assert!(matches!(answer, Err(Error::Refused(Refusal::Invalid(_)))), "{answer:?}");
    assert_eq!(send(&world, browser.post(), &created).await, "number 1");
}

#[tokio::test]
async fn other_values_action_form_or_session_are_another_request() {
    let world = World::create().await;
    let (browser, created) = (Browser::new(&world), Created::default());
    send(&world, browser.post(), &created).await;
    let others = [
        Browser { fields: fields(&[("name", "Ben")]), ..browser.clone() }.post(),
        Browser { fields: fields(&[("nam", "eAda")]), ..browser.clone() }.post(),
        Browser { key: FormKey::make(&world.services), ..browser.clone() }.post(),
        Browser { session: 2, ..browser.clone() }.post(),
        browser.post_to("/act/projects/create"),
    ];
    let count = u32::try_from(others.len()).expect("few");
    for other in others {
        send(&world, other, &created).await;
    }
    assert_eq!(created.now(), 1 + count);
}

#[tokio::test]
async fn script_and_browser_send_the_same_form() {
    let world = World::create().await;
    let (browser, created) = (Browser::new(&world), Created::default());
    let sent = |pairs| Browser { fields: fields(pairs), ..browser.clone() }.post();
    send(&world, sent(&[("description", "two\nlines"), ("role", "member")]), &created).await;
    send(&world, sent(&[("role", "member"), ("description", "two\r\nlines")]), &created).await;
    assert_eq!(created.now(), 1);
}

#[tokio::test]
async fn result_is_sealed_and_repeated_for_ten_minutes() {
    let world = World::create().await;
    let (browser, created) = (Browser::new(&world), Created::default());
    send(&world, browser.post(), &created).await;
    let stored = sqlx::query_scalar("select k::text || encode(body, 'escape') from idempotency_keys k");
    let stored: String = stored.fetch_one(world.services.pool()).await.expect("a row");
    for secret in ["number 1", "Ada", browser.key.expose()] {
        assert!(!stored.contains(secret), "{stored}");
    }
    world.clock.advance(REPEATED_FOR);
    assert_eq!(send(&world, browser.post(), &created).await, "number 2");
    world.clock.advance(services::idempotency::LIFE);
    assert_eq!(services::idempotency::sweep(&world.services).await.expect("swept"), 1);
}
