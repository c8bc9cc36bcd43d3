//! No user is passed over, whatever Keycloak leaves out and whoever is deleted meanwhile.

use crate::import::realm::{PAGE, Stub, id};
use crate::import::{apply, number, report, start};
use serde_json::json;
use services::keycloak::import::{self, ImportError};
use services::testing::World;

#[tokio::test]
async fn users_after_a_page_that_keycloak_filtered_are_imported() {
    let (world, realm) = (World::create().await, Stub::with_users(2 * PAGE + 20).await);
    realm.change(|users| users.hidden = (10..40).map(|number| format!("user{number:05}")).collect());
    let progress = apply(&world, &realm, false).await;
    assert_eq!(progress.counts.created as usize, 2 * PAGE - 10);
    assert_eq!(number(&world, "select count(*) from users where email = 'user01019@example.com'").await, 1);
}

#[tokio::test]
async fn realm_that_keycloak_always_filters_is_complete_after_two_passes() {
    let (world, realm) = (World::create().await, Stub::with_users(PAGE + 20).await);
    // The users at the ends of pages too.
    realm.change(|users| users.hidden = (PAGE - 2..PAGE + 2).map(|number| format!("user{number:05}")).collect());
    apply(&world, &realm, false).await;
    let pages = realm.requests().iter().filter(|path| path.ends_with("acme/users")).count();
    assert!(pages <= 6, "{pages} requests for two passes of two pages and the end");
}

#[tokio::test]
async fn user_is_not_missed_when_users_are_deleted_in_the_second_pass_too() {
    let (world, realm) = (World::create().await, Stub::with_users(3 * PAGE).await);
    let mut pages = 0;
    realm.after_page(move |_, users| {
        pages += 1;
        match pages {
            // Moves the first users of the third page to the second one, which was read.
            2 => users.delete(0..10),
            // The second pass, after its first page: moves the second page to the first one.
            5 => users.delete(0..PAGE),
            _ => {}
        }
    });
    apply(&world, &realm, false).await;
    let rows = report(&world).await;
    realm.change(|users| {
        let missed: Vec<_> =
            users.all.iter().filter(|user| !rows.contains_key(user["username"].as_str().expect("a name"))).collect();
        assert!(missed.is_empty(), "{missed:?}");
    });
}

#[tokio::test]
async fn users_who_are_added_in_each_pass_are_no_reason_for_one_more() {
    let (world, realm) = (World::create().await, Stub::with_users(2 * PAGE).await);
    let mut added = 0;
    realm.after_page(move |first, users| {
        if first == 0 {
            added += 1;
            let mut user = users.all[0].clone();
            user["id"] = json!(id(90_000 + added));
            user["username"] = json!(format!("added{added}"));
            user["email"] = json!(format!("added{added}@example.com"));
            users.all.insert(0, user);
        }
    });
    let created = apply(&world, &realm, false).await.counts.created as usize;
    assert_eq!(created, 2 * PAGE + 1, "the second pass finds the user whom the first one missed");
}

#[tokio::test]
async fn import_says_that_it_is_not_complete_while_users_are_deleted_in_each_pass() {
    let (world, realm) = (World::create().await, Stub::with_users(2 * PAGE).await);
    realm.after_page(|first, users| {
        if first == 0 {
            users.delete(0..2);
        }
    });
    let stopped = start(&world, &realm, false).await;
    assert!(matches!(stopped, Err(ImportError::UsersDeleted)), "{stopped:?}");
    let (_, progress) = import::latest(&world.services).await.expect("the database answers").expect("an import");
    assert_eq!((progress.finished_at, progress.fault), (None, Some(ImportError::UsersDeleted.to_string())));
    realm.after_page(|_, _| {});
    apply(&world, &realm, false).await;
    let rows = report(&world).await;
    realm.change(|users| {
        assert!(users.all.iter().all(|user| rows.contains_key(user["username"].as_str().expect("a name"))));
    });
}
