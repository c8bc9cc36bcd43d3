//! What users and administrators do in Bursar while a page is written.

use crate::import::realm::{Stub, id};
use crate::import::{apply, number, report};
use domain::import::Outcome;
use serde_json::json;
use services::testing::{World, count_statements, developer};
use sqlx::Row as _;

#[tokio::test]
async fn first_sign_in_while_the_user_is_imported_succeeds() {
    let (world, realm) = (World::create().await, Stub::with_users(10).await);
    // The import has created its users and waits here.
    let mut report = world.services.pool().begin().await.expect("a transaction");
    sqlx::query("lock table keycloak_import_users in share mode").execute(&mut *report).await.expect("a lock");
    let claims = developer("user00003", json!({ "sub": id(3) }));
    let sign_in = async {
        world.until_blocked(1).await;
        let release = async {
            // The sign-in waits for the import, which waits for the report.
            world.until_blocked(2).await;
            report.commit().await.expect("a commit");
        };
        tokio::join!(world.sign_in(&claims), release).0
    };
    let (_, signed_in) = tokio::join!(apply(&world, &realm, false), sign_in);
    assert_eq!(signed_in.expect("admitted").actor.user_id.0, id(3));
    assert_eq!(number(&world, "select count(*) from users").await, 10);
}

#[tokio::test]
async fn edit_that_is_saved_while_the_user_is_compared_stays() {
    let (world, realm) = (World::create().await, Stub::with_users(10).await);
    apply(&world, &realm, false).await;
    realm.change(|users| {
        users.all[3]["lastName"] = json!("Married");
        users.all[3]["email"] = json!("married@example.com");
    });
    let mut edit = world.services.pool().begin().await.expect("a transaction");
    sqlx::query("update users set name = 'Edited', version = version + 1 where email = 'user00003@example.com'")
        .execute(&mut *edit)
        .await
        .expect("an edit");
    let (progress, ()) = tokio::join!(apply(&world, &realm, true), async {
        world.until_blocked(1).await;
        edit.commit().await.expect("a commit");
    });
    assert_eq!(progress.counts.updated, 1);
    let user = sqlx::query("select name, email from users where id = $1").bind(id(3));
    let user = user.fetch_one(world.services.pool()).await.expect("the user");
    let stored: (String, String) = (user.get(0), user.get(1));
    assert_eq!(stored, ("Edited".to_owned(), "married@example.com".to_owned()));
}

#[tokio::test]
async fn users_who_changed_cost_the_same_statements_however_many_they_are() {
    let (world, realm) = (World::create().await, Stub::with_users(100).await);
    apply(&world, &realm, false).await;
    let mut counts = Vec::new();
    for (round, changed) in [1, 60].into_iter().enumerate() {
        realm.change(|users| {
            for user in &mut users.all[..changed] {
                let username = user["username"].as_str().expect("a name").to_owned();
                user["lastName"] = json!(format!("Round {round}"));
                user["email"] = json!(format!("{username}.{round}@example.com"));
                user["attributes"] = json!({ "applications": [format!("atlas{round}")] });
            }
        });
        let (progress, statements) = count_statements(apply(&world, &realm, true)).await;
        assert_eq!(progress.counts.updated as usize, changed);
        counts.push(statements);
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(number(&world, "select count(*) from projects where name = 'user00007.1@example.com'").await, 1);
}

#[tokio::test]
async fn membership_of_a_deleted_or_personal_project_is_neither_granted_nor_reported() {
    let (world, realm) = (World::create().await, Stub::with_users(4).await);
    apply(&world, &realm, false).await;
    world
        .run(
            "insert into projects (id, name, description, project_type, created_at, updated_at, deleted_at)
             values (gen_random_uuid(), 'gone', '', 'shared', now(), now(), now())",
        )
        .await;
    let named = json!({ "applications": ["atlas", "gone", "user00001@example.com"] });
    realm.change(|users| {
        users.all[0]["attributes"] = named.clone();
        let mut new = users.all[0].clone();
        new["id"] = json!(id(7));
        new["username"] = json!("user00007");
        new["email"] = json!("user00007@example.com");
        users.all.push(new);
    });
    apply(&world, &realm, true).await;
    let events = "select string_agg(changes::text, ' ') from audit_log where action = 'user.imported'";
    let events: String = sqlx::query_scalar(events).fetch_one(world.services.pool()).await.expect("events");
    assert!(events.contains("atlas") && !events.contains("gone"), "{events}");
    let rows = report(&world).await;
    let (updated, created) = (&rows["user00000"].detail, &rows["user00007"].detail);
    assert!(updated.starts_with("project: atlas (not a member) → atlas (member). Not changed"), "{updated}");
    assert!(updated.contains("gone (not a member) → gone (member)"), "{updated}");
    assert!(created.starts_with("User, 1 shared project. Not added to gone, user00001@example.com"), "{created}");
}

#[tokio::test]
async fn user_whom_the_database_refuses_fails_alone() {
    let (world, realm) = (World::create().await, Stub::with_users(60).await);
    world.run("alter table users add constraint refused check (email <> 'user00042@example.com')").await;
    let counts = apply(&world, &realm, false).await.counts;
    assert_eq!((counts.failed, counts.created), (1, 59));
    assert_eq!(report(&world).await["user00042"].outcome, Outcome::Failed);
}
