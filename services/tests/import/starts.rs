//! Starting an import: beside another instance, after one that stopped, and in place of an older plan.

use crate::import::realm::{PAGE, Stub};
use crate::import::{apply, number, start};
use domain::import::ImportProgress;
use services::keycloak::import::{self, Started, StartedBy};
use services::testing::World;
use time::Duration;

#[tokio::test]
async fn second_instance_requests_nothing_while_another_imports() {
    let (world, realm) = (World::create().await, Stub::with_users(10).await);
    apply(&world, &realm, false).await;
    sqlx::query("update keycloak_imports set finished_at = null, leased_until = $1")
        .bind(world.clock.now() + Duration::minutes(1))
        .execute(world.services.pool())
        .await
        .expect("an import of another instance");
    realm.requests();
    let started = start(&world, &realm, false).await.expect("an answer");
    assert!(matches!(started, Started::Elsewhere(_)), "{started:?}");
    assert_eq!(realm.requests(), Vec::<String>::new());
}

/// The lease of an instance expires while it commits a page.
#[tokio::test]
async fn import_goes_on_after_the_page_that_is_committed_at_the_moment() {
    let (world, realm) = (World::create().await, Stub::with_users(PAGE + 20).await);
    apply(&world, &realm, false).await;
    world
        .run(
            "update keycloak_imports set finished_at = null, leased_until = null, position = 0, last_subject = null,
               created = 0",
        )
        .await;
    let mut page = world.services.pool().begin().await.expect("a transaction");
    sqlx::query("update keycloak_imports set position = 500, created = 500").execute(&mut *page).await.expect("a page");
    realm.requests();
    let (counts, ()) = tokio::join!(apply(&world, &realm, false), async {
        world.until_blocked(1).await;
        page.commit().await.expect("a commit");
    });
    assert_eq!(counts.counts.created as usize, PAGE, "no user of the first page is counted or written again");
    let pages = realm.requests().iter().filter(|path| path.ends_with("acme/users")).count();
    assert_eq!(pages, 2 + 3, "the second page and the end, and a pass for the users whom the page did not write");
}

#[tokio::test]
async fn import_that_keycloak_refuses_after_a_page_says_why_and_goes_on_at_once() {
    let (world, realm) = (World::create().await, Stub::with_users(2 * PAGE + 20).await);
    realm.after_page(|first, users| users.is_forbidden = first > 0);
    let refused = start(&world, &realm, false).await.expect_err("refused");
    assert!(refused.to_string().contains("view-users"), "{refused}");
    let (_, stopped) = import::latest(&world.services).await.expect("the database answers").expect("an import");
    assert_eq!(stopped.fault, Some(refused.to_string()));
    let before = stopped.counts.created as usize;
    assert!([PAGE, 2 * PAGE - 1, 2 * PAGE].contains(&before), "{before}");
    realm.after_page(|_, _| {});
    realm.change(|users| users.is_forbidden = false);
    let done = apply(&world, &realm, false).await;
    assert_eq!((done.counts.created as usize, done.fault), (2 * PAGE + 20, None));
    assert_eq!(number(&world, "select count(*) from keycloak_imports").await, 1, "the same import");
}

#[tokio::test]
async fn report_of_the_plan_before_is_deleted_in_batches() {
    let (world, realm) = (World::create().await, Stub::with_users(10).await);
    let plan = async || {
        world.clock.advance(Duration::seconds(1));
        import::plan(&world.services, &realm.source(), &mut |_: &ImportProgress| {}).await.expect("a plan")
    };
    plan().await;
    world
        .run(
            "insert into keycloak_import_users
               (import_id, place, subject, username, name, address, outcome, code, detail, is_over_limit, at)
               select i.id, n, 's' || n, 'u', 'u', '', 'created', 'created', '', false, now()
               from keycloak_imports i, generate_series(100, 5099) n;
             create function refuse_many() returns trigger language plpgsql as $$ begin
               if (select count(*) from deleted) > 2000 then raise 'too many rows'; end if; return null; end $$;
             create trigger refuse_many after delete on keycloak_import_users
               referencing old table as deleted for each statement execute function refuse_many()",
        )
        .await;
    plan().await;
    assert_eq!(number(&world, "select count(*) from keycloak_import_users").await, 10);
}

#[tokio::test]
async fn two_instances_import_once() {
    let (world, realm) = (World::create().await, Stub::with_users(PAGE + 20).await);
    let (one, other) = tokio::join!(start(&world, &realm, false), start(&world, &realm, false));
    let started = [one.expect("an answer"), other.expect("an answer")];
    let done = started.iter().filter(|started| matches!(started, Started::Done(_))).count();
    assert_eq!(done, 1, "{started:?}");
    assert_eq!(number(&world, "select count(*) from users").await, PAGE + 20);
    let later = import::apply(&world.services, &realm.source(), false, StartedBy::Operator, &mut |_| {}).await;
    assert!(matches!(later, Ok(Started::Before(_))), "{later:?}");
}
