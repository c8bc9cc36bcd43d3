//! The users of a realm are imported once, and what was edited in Bursar stays.

use crate::realm::{Realm, base};
use domain::actor::Target;
use domain::import::{ImportCounts, ImportProgress, Outcome, ReportRow};
use domain::permission::ViewUsers;
use domain::role::PlatformRole;
use keycloak_admin::{Keycloak, Login};
use serde_json::{Value, json};
use services::Services;
use services::keycloak::import::{self, ImportError, Started, StartedBy};
use services::keycloak::setup::ROLES;
use services::testing::{World, developer, rounds};
use services::views;
use sqlx::PgPool;
use std::collections::BTreeMap;
use time::Duration;

/// More than two pages.
const MANY: usize = 1_020;
/// Users a page.
const PAGE: u32 = 500;

/// A realm with the two roles, these users, groups and roles, and a service account that may only read.
pub(crate) async fn realm(more: Value) -> Realm {
    realm_of(Realm::planned(), more).await
}

async fn realm_named(name: &str, more: Value) -> Realm {
    realm_of(Realm { name: name.to_owned(), ..Realm::planned() }, more).await
}

async fn realm_of(realm: Realm, more: Value) -> Realm {
    let mut representation = json!({
        "realm": realm.name,
        "enabled": true,
        "clients": [{
            "clientId": "bursar-import", "secret": "secret", "publicClient": false, "serviceAccountsEnabled": true,
        }],
        "roles": { "realm": [{ "name": "admin" }, { "name": "developer" }] },
        "users": [],
    });
    for (name, value) in more.as_object().expect("an object") {
        match (&mut representation[name], value) {
            (Value::Array(known), Value::Array(more)) => known.extend(more.iter().cloned()),
            (Value::Object(known), Value::Object(more)) => {
                let roles = known["realm"].as_array_mut().expect("roles");
                roles.extend(more["realm"].as_array().expect("roles").iter().cloned());
            }
            (place, value) => *place = value.clone(),
        }
    }
    representation["users"].as_array_mut().expect("users").push(json!({
        "username": "service-account-bursar-import", "enabled": true, "serviceAccountClientId": "bursar-import",
        "clientRoles": { "realm-management": ROLES },
    }));
    realm.keycloak.post(&[], &representation).await.expect("a realm");
    // Keycloak shows attributes that the profile does not declare only under this policy.
    let path = [realm.name.as_str(), "users", "profile"];
    let mut profile: Value = realm.keycloak.get(&path, &[]).await.expect("a profile");
    profile["unmanagedAttributePolicy"] = json!("ADMIN_EDIT");
    realm.keycloak.put(&path, &profile).await.expect("a policy");
    realm
}

/// A developer with an address at example.com.
pub(crate) fn user(username: &str, more: Value) -> Value {
    let mut user = json!({
        "username": username, "email": format!("{username}@example.com"), "emailVerified": true, "enabled": true,
        "firstName": "Zelda", "lastName": username, "realmRoles": ["developer"],
    });
    for (name, value) in more.as_object().expect("an object") {
        user[name] = value.clone();
    }
    user
}

/// As the import reads it: with the ten roles of the guide and no more.
pub(crate) fn source(realm: &Realm) -> import::Realm {
    let login = Login::ServiceAccount {
        realm: realm.name.clone(),
        client_id: "bursar-import".to_owned(),
        secret: "secret".into(),
    };
    let keycloak = Keycloak::new(base().parse().expect("an address"), login).expect("certificate authorities");
    import::Realm::new(keycloak, realm.name.clone())
}

async fn plan(world: &World, realm: &Realm) -> ImportProgress {
    world.clock.advance(Duration::seconds(1));
    match import::plan(&world.services, &source(realm), &mut |_| {}).await.expect("a plan") {
        Started::Done(progress) => progress,
        other => panic!("{other:?}"),
    }
}

/// Starts an import, later than all before it: their order is that of their ids, which the clock gives.
async fn start(world: &World, realm: &Realm, is_forced: bool) -> Result<Started, ImportError> {
    world.clock.advance(Duration::seconds(1));
    import::apply(&world.services, &source(realm), is_forced, StartedBy::Operator, &mut |_| {}).await
}

async fn apply(world: &World, realm: &Realm, is_forced: bool) -> ImportProgress {
    match start(world, realm, is_forced).await.expect("an import") {
        Started::Done(progress) => progress,
        other => panic!("{other:?}"),
    }
}

/// The report of the last plan or import, by username.
async fn report(world: &World) -> BTreeMap<String, ReportRow> {
    let (id, _) = import::latest(&world.services).await.expect("the database answers").expect("an import");
    let rows = import::report(&world.services, id, None, None).await.expect("a report");
    rows.into_iter().map(|row| (row.username.clone(), row)).collect()
}

async fn number(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(world.services.pool()).await.expect("a number")
}

/// What Bursar has of a user: name, role, whether active, personal project, shared projects with a mark for project admin.
async fn stored(world: &World, email: &str) -> (String, bool, bool, Option<String>, Vec<String>) {
    sqlx::query_as(
        "select u.name, u.is_admin, u.is_active,
                (select p.name from projects p where p.created_by = u.id and p.project_type = 'personal'),
                array(select p.name || case when m.is_project_admin then '*' else '' end
                      from user_projects m join projects p on p.id = m.project_id
                      where m.user_id = u.id and p.project_type = 'shared' order by 1)
         from users u where u.email = $1",
    )
    .bind(email)
    .fetch_one(world.services.pool())
    .await
    .unwrap_or_else(|fault| panic!("{email}: {fault}"))
}

/// One user of each kind that real realms have.
async fn realm_of_every_kind() -> Realm {
    let projects: Vec<String> = (0..200).map(|number| format!("p{number:03}")).collect();
    realm(json!({
        "duplicateEmailsAllowed": true,
        "loginWithEmailAllowed": false,
        "roles": { "realm": [
            { "name": "lead", "composite": true, "composites": { "realm": ["admin"] } },
            { "name": "board", "composite": true, "composites": { "realm": ["lead"] } },
        ] },
        "groups": [{ "name": "staff", "realmRoles": ["developer"], "subGroups": [
            { "name": "core", "realmRoles": ["board"], "subGroups": [{ "name": "inner" }] },
            { "name": "side" },
        ] }],
        "users": [
            user("arrays", json!({ "attributes": { "applications": ["atlas", "/notes"], "applications_admin": ["atlas"] } })),
            user("commas", json!({ "attributes": { "applications": ["atlas, Notes ,,", "/research/deep"] } })),
            user("bycomposite", json!({ "realmRoles": ["lead"] })),
            user("bygroup", json!({ "realmRoles": [], "groups": ["/staff"] })),
            user("bynested", json!({ "realmRoles": [], "groups": ["/staff/core/inner"] })),
            user("bysubgroup", json!({ "realmRoles": [], "groups": ["/staff/side"] })),
            user("disabled", json!({ "enabled": false })),
            user("external", json!({ "attributes": { "user_type": ["External"], "applications_admin": ["atlas"] } })),
            user("many", json!({ "attributes": { "applications": projects } })),
            user("noaddress", json!({ "email": null })),
            user("norole", json!({ "realmRoles": [] })),
            user("ownnames", json!({ "attributes": { "applications": ["OWNNAMES@example.com", "ownnames", "atlas"] } })),
            user("twice1", json!({ "email": "twice@example.com" })),
            user("twice2", json!({ "email": "Twice@Example.com" })),
            user("unverified", json!({ "emailVerified": false, "attributes": { "applications": ["unverified@example.com"] } })),
            user("wrongtype", json!({ "attributes": { "user_type": ["contractor"] } })),
        ],
    }))
    .await
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn every_kind_of_user_is_planned_and_then_imported() {
    let (world, realm) = (World::create().await, realm_of_every_kind().await);
    let planned = plan(&world, &realm).await;
    let expected = ImportCounts { created: 11, updated: 0, skipped: 1, conflicts: 4, failed: 0, over_limit: 1 };
    let rows = report(&world).await;
    assert_eq!((planned.counts, planned.total), (expected, 16), "{rows:#?}");
    let codes: BTreeMap<&str, &str> = rows
        .iter()
        .filter(|(_, row)| row.outcome != Outcome::Created)
        .map(|(name, row)| (name.as_str(), row.code.as_str()))
        .collect();
    let others = [
        ("noaddress", "no_address"),
        ("norole", "no_role"),
        ("twice1", "duplicate_address"),
        ("twice2", "duplicate_address"),
        ("wrongtype", "attribute"),
    ];
    assert_eq!(codes, BTreeMap::from(others));
    assert_eq!(number(&world, "select count(*) from users").await, 0, "only a plan");
    assert_eq!(number(&world, "select count(*) from projects").await, 0, "only a plan");

    assert_eq!(apply(&world, &realm, false).await.counts, expected);
    assert_eq!(report(&world).await["many"].code, "created");
    assert!(report(&world).await["many"].is_over_limit);
    let own = |name: &str| Some(format!("{name}@example.com"));
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (username, is_admin, is_active, personal, projects) in [
        ("arrays", false, true, own("arrays"), names(&["atlas*", "notes"])),
        ("commas", false, true, own("commas"), names(&["atlas", "notes", "research/deep"])),
        ("bycomposite", true, true, own("bycomposite"), vec![]),
        ("bygroup", false, true, own("bygroup"), vec![]),
        ("bynested", true, true, own("bynested"), vec![]),
        ("bysubgroup", false, true, own("bysubgroup"), vec![]),
        ("disabled", false, false, own("disabled"), vec![]),
        ("external", false, true, None, names(&["atlas"])),
        ("ownnames", false, true, own("ownnames"), names(&["atlas"])),
        ("unverified", false, true, Some("unverified".to_owned()), vec![]),
    ] {
        let found = stored(&world, &format!("{username}@example.com")).await;
        assert_eq!(found, (format!("Zelda {username}"), is_admin, is_active, personal, projects), "{username}");
    }
    assert_eq!(stored(&world, "many@example.com").await.4.len(), 200);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn plan_warns_when_users_can_write_their_own_rights() {
    let (world, realm) = (World::create().await, realm(json!({})).await);
    assert!(!plan(&world, &realm).await.is_writable_by_users);
    let path = [realm.name.as_str(), "users", "profile"];
    let mut profile: Value = realm.keycloak.get(&path, &[]).await.expect("a profile");
    profile["unmanagedAttributePolicy"] = json!("ENABLED");
    realm.keycloak.put(&path, &profile).await.expect("a policy");
    assert!(plan(&world, &realm).await.is_writable_by_users);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn completed_import_changes_nothing_until_it_is_forced() {
    let world = World::create().await;
    let realm = realm(json!({ "users": [user("ada", json!({})), user("bo", json!({}))] })).await;
    apply(&world, &realm, false).await;
    let users: Vec<Value> = realm.keycloak.get(&[&realm.name, "users"], &[]).await.expect("users");
    for (user, name) in users.iter().zip(["Ada", "Bo"]) {
        let path = [realm.name.as_str(), "users", user["id"].as_str().expect("an id")];
        let mut changed = user.clone();
        changed["lastName"] = json!(name);
        changed["attributes"] = json!({ "applications": ["atlas"] });
        realm.keycloak.put(&path, &changed).await.expect("a change");
    }
    // Ada was renamed in Bursar.
    let edit = "update users set name = 'Zelda Edited', version = version + 1 where email = 'ada@example.com'";
    sqlx::query(edit).execute(world.services.pool()).await.expect("an edit");

    let again = start(&world, &realm, false).await.expect("an answer");
    assert!(matches!(&again, Started::Before(progress) if progress.counts.created == 2), "{again:?}");
    assert_eq!(stored(&world, "bo@example.com").await.0, "Zelda bo");

    let forced = apply(&world, &realm, true).await;
    assert_eq!((forced.counts.created, forced.counts.updated), (0, 2));
    let (ada, bo) = (stored(&world, "ada@example.com").await, stored(&world, "bo@example.com").await);
    assert_eq!((ada.0.as_str(), ada.4), ("Zelda Edited", vec!["atlas".to_owned()]));
    assert_eq!((bo.0.as_str(), bo.4), ("Zelda Bo", vec!["atlas".to_owned()]));
    let detail = report(&world).await["ada"].detail.clone();
    assert!(detail.contains("Bursar decides: name: Zelda Edited → Zelda Ada"), "{detail}");
    let last = apply(&world, &realm, true).await;
    assert_eq!((last.counts.updated, last.counts.skipped), (0, 2));
    assert!(report(&world).await["ada"].detail.contains("Zelda Ada"), "still shown");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn rights_that_were_edited_in_bursar_stay_in_a_forced_import() {
    let world = World::create().await;
    let projects = json!({ "attributes": { "applications": ["atlas", "notes"], "applications_admin": ["notes"] } });
    let realm = realm(json!({ "users": [user("ada", projects)] })).await;
    apply(&world, &realm, false).await;
    for edit in [
        "delete from user_projects where project_id = (select id from projects where name = 'atlas')",
        "update user_projects set is_project_admin = false where is_project_admin",
        "update users set is_admin = true, is_active = false",
    ] {
        sqlx::query(edit).execute(world.services.pool()).await.expect("an edit");
    }
    let forced = apply(&world, &realm, true).await;
    assert_eq!((forced.counts.updated, forced.counts.skipped), (0, 1));
    let ada = stored(&world, "ada@example.com").await;
    assert_eq!((ada.1, ada.2, ada.4), (true, false, vec!["notes".to_owned()]));
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn users_of_bursar_are_neither_overwritten_nor_duplicated() {
    let world = World::create().await;
    world.person("Local", PlatformRole::Maintainer).await;
    let realm = realm(json!({ "users": [user("local", json!({})), user("signedin", json!({}))] })).await;
    let users: Vec<Value> = realm.keycloak.get(&[&realm.name, "users"], &[]).await.expect("users");
    let subject = users[1]["id"].as_str().expect("an id");
    let claims = developer("signedin", json!({ "sub": subject, "name": "Signed In" }));
    world.sign_in(&claims).await.expect("signed in");
    apply(&world, &realm, false).await;
    let rows = report(&world).await;
    assert_eq!((rows["local"].code.as_str(), rows["signedin"].code.as_str()), ("address_of_another", "kept"));
    assert_eq!(number(&world, "select count(*) from users").await, 2);
    assert_eq!(stored(&world, "signedin@example.com").await.0, "Signed In");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn imported_user_signs_in_to_the_same_account() {
    let world = World::create().await;
    let realm = realm(json!({ "users": [user("ada", json!({ "attributes": { "applications": ["atlas"] } }))] })).await;
    apply(&world, &realm, false).await;
    let users: Vec<Value> = realm.keycloak.get(&[&realm.name, "users"], &[]).await.expect("users");
    let claims = developer("ada", json!({ "sub": users[0]["id"], "applications": ["other"] }));
    let ada = world.sign_in(&claims).await.expect("signed in");
    assert_eq!(json!(ada.actor.user_id.to_string()), users[0]["id"]);
    assert_eq!(stored(&world, "ada@example.com").await.4, ["atlas"], "the imported projects decide");
    realm.remove().await;
}

async fn large_realm(count: usize) -> Realm {
    let users: Vec<Value> = (0..count).map(|number| user(&format!("user{number:04}"), json!({}))).collect();
    realm(json!({ "users": users })).await
}

/// Starts an import on an instance of its own and drops it after this many pages, as a killed process does: its
/// connections end, and the lease is not released.
async fn kill_after(world: &World, realm: &Realm, pages: u32) {
    let pool = PgPool::connect_lazy(&world.database_url()).expect("an address");
    let (clock, random) = (world.services.clock().clone(), world.services.random().clone());
    let killed_instance =
        Services::new(pool.clone(), clock, random, world.services.settings().clone()).expect("workers");
    let (killed, kill) = tokio::sync::oneshot::channel::<()>();
    let (mut killed, mut left) = (Some(killed), pages);
    let mut tell = |_: &ImportProgress| {
        left = left.saturating_sub(1);
        if left == 0 {
            drop(killed.take());
        }
    };
    let source = source(realm);
    // The kill comes first, or the import could go on with another page.
    tokio::select! {
        biased;
        _ = kill => {}
        done = import::apply(&killed_instance, &source, false, StartedBy::Operator, &mut tell) => panic!("{done:?}"),
    }
    pool.close().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn killed_import_goes_on_without_a_loss_or_a_duplicate() {
    let realm = large_realm(MANY).await;
    for round in 0..rounds(2, 20) {
        let pages = 1 + u32::from(round % 2 == 1);
        let world = World::create().await;
        kill_after(&world, &realm, pages).await;
        let elsewhere = start(&world, &realm, false).await.expect("an answer");
        assert!(matches!(elsewhere, Started::Elsewhere(_)), "the lease holds: {elsewhere:?}");
        world.clock.advance(Duration::minutes(2));
        let before = number(&world, "select count(*) from users").await;
        assert_eq!(before, i64::from(pages * PAGE), "whole pages");
        let counts = apply(&world, &realm, false).await.counts;
        assert_eq!(usize::try_from(counts.created), Ok(MANY));
        for sql in [
            "select count(*) from users",
            "select count(distinct subject) from keycloak_import_users",
            "select count(*) from audit_log where action = 'user.imported'",
            "select count(*) from projects where project_type = 'personal'",
        ] {
            assert_eq!(usize::try_from(number(&world, sql).await), Ok(MANY), "{sql}");
        }
    }
    realm.remove().await;
}

/// The page after a user who is deleted begins one user late.
#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn user_is_not_missed_when_another_is_deleted_meanwhile() {
    const USERS: usize = PAGE as usize + 20;
    let (world, realm) = (World::create().await, large_realm(USERS).await);
    kill_after(&world, &realm, 1).await;
    let first: Vec<Value> = realm.keycloak.get(&[&realm.name, "users"], &[("max", "1")]).await.expect("users");
    let path = [realm.name.as_str(), "users", first[0]["id"].as_str().expect("an id")];
    realm.keycloak.delete(&path, None::<&Value>).await.expect("deleted");
    world.clock.advance(Duration::minutes(2));
    apply(&world, &realm, false).await;
    assert_eq!(report(&world).await.get("user0500").map(|row| row.outcome), Some(Outcome::Created));
    assert_eq!(usize::try_from(number(&world, "select count(*) from users").await), Ok(USERS));
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn roles_are_read_under_the_names_of_the_role_map() {
    let world =
        World::create().await.behind_a_provider_with(&[("ops", "admin"), ("root", "admin"), ("staff", "developer")]);
    let more = json!({
        "roles": { "realm": [{ "name": "ops" }, { "name": "root" }, { "name": "staff" }] },
        "users": [
            user("ops", json!({ "realmRoles": ["ops"] })),
            user("root", json!({ "realmRoles": ["root", "staff"] })),
            user("staff", json!({ "realmRoles": ["staff"] })),
            user("unmapped", json!({ "realmRoles": ["admin", "developer"] })),
        ],
    });
    let realm = realm(more).await;
    let counts = apply(&world, &realm, false).await.counts;
    assert_eq!((counts.created, counts.skipped), (3, 1), "{counts:?}");
    for (name, is_admin) in [("ops", true), ("root", true), ("staff", false)] {
        assert_eq!(stored(&world, &format!("{name}@example.com")).await.1, is_admin, "{name}");
    }
    realm.remove().await;
}

/// The realm has the name of the issuer, so that sign-ins and the import mean the same identity.
#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn conflict_of_addresses_is_on_the_page_of_the_user_who_has_the_address() {
    let world = World::create().await.behind_a_provider();
    let local = world.row("Local", PlatformRole::User).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let realm = realm_named("main", json!({ "users": [user("local", json!({}))] })).await;
    plan(&world, &realm).await;
    assert_eq!(number(&world, "select count(*) from identity_conflicts").await, 0, "only a plan");
    apply(&world, &realm, false).await;
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let page = views::user_page::load(&world.services, &can, local).await.expect("a user");
    let conflicts: Vec<&str> = page.conflicts.iter().map(|conflict| conflict.name.as_str()).collect();
    assert_eq!(conflicts, ["Zelda local"]);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn import_that_keycloak_refuses_says_why_and_goes_on_later() {
    let (world, realm) = (World::create().await, realm(json!({ "users": [user("ada", json!({}))] })).await);
    let login = Login::ServiceAccount {
        realm: realm.name.clone(),
        client_id: "bursar-import".to_owned(),
        secret: "wrong".into(),
    };
    let keycloak = Keycloak::new(base().parse().expect("an address"), login).expect("certificate authorities");
    let wrong = import::Realm::new(keycloak, realm.name.clone());
    let refused = import::apply(&world.services, &wrong, false, StartedBy::Server, &mut |_| {}).await;
    assert!(
        matches!(&refused, Err(fault) if fault.to_string().contains("refused the secret of bursar-import")),
        "{refused:?}"
    );
    assert_eq!(apply(&world, &realm, false).await.counts.created, 1);
    // The client may be gone when the variables are still there.
    let later = import::apply(&world.services, &wrong, false, StartedBy::Server, &mut |_| {}).await;
    assert!(matches!(&later, Ok(Started::Before(_))), "{later:?}");
    realm.remove().await;
}
