//! Where a user's last token and the database disagree.

use super::{projects_of, shared};
use domain::actor::Target;
use domain::drift::About;
use domain::id::ProjectId;
use domain::permission::{GrantRoles, ViewUsers};
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{TokenState, UserQuery};
use serde_json::{Value, json};
use services::members::WithoutAdmin;
use services::testing::{World, developer};
use services::{members, users, views};

#[tokio::test]
async fn where_token_and_console_disagree_is_told_with_whose_change_it_was() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let claims = |more: Value| {
        let mut claims = developer("ada", json!({"applications": "atlas, billing", "applications_admin": "notes"}));
        claims.extend(more.as_object().expect("an object").clone());
        claims
    };
    let ada = world.sign_in(&claims(json!({}))).await.expect("let in");
    let other = world.sign_in(&developer("bob", json!({"applications": "atlas"}))).await.expect("let in");
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let told = async || {
        let person = views::user_page::load(&world.services, &can, ada.actor.user_id).await.expect("a person");
        let drift = views::drift::load(&world.services, &can, &person).await.expect("an answer").expect("linked");
        let differences = drift.differences.into_iter();
        differences.map(|d| (d.about, d.token, d.stored, d.changed.map(|changed| changed.actor))).collect::<Vec<_>>()
    };
    let listed = async || {
        let query = UserQuery { token: Some(TokenState::Differs), ..UserQuery::default() };
        let page = views::users::list(&world.services, &can, &query).await.expect("a page");
        page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!((told().await, listed().await), (vec![], vec![]), "just copied");
    let manage = root.can::<GrantRoles>(Target::Platform).expect("a maintainer");
    users::set_platform_role(&world.services, &manage, ada.actor.user_id, PlatformRole::Admin).await.expect("granted");
    let atlas = sqlx::query_scalar("select id from projects where name = 'atlas'");
    let atlas = ProjectId(atlas.fetch_one(world.services.pool()).await.expect("a project"));
    let members = root.can(Target::Project(atlas)).expect("a maintainer");
    members::remove(&world.services, &members, ada.actor.user_id, WithoutAdmin::Allow).await.expect("removed");
    world.refresh(&ada, &claims(json!({"user_type": "external", "applications": "atlas"}))).await.expect("goes on");
    let by_root = Some("root@example.com".to_owned());
    let name =
        |about: &About| matches!(about, About::Project(name) if ["atlas", "billing", "notes"].contains(&name.as_str()));
    let all = told().await;
    assert_eq!(all.len(), 5, "{all:?}");
    assert_eq!(all[0], (About::Role, "User".to_owned(), "Admin".to_owned(), by_root.clone()));
    assert_eq!(all[1], (About::Kind, "External".to_owned(), "Regular".to_owned(), None));
    assert!(all[2..].iter().all(|difference| name(&difference.0)));
    let atlas = About::Project("atlas".to_owned());
    let removed = all.iter().find(|difference| difference.0 == atlas).expect("told");
    assert_eq!((removed.2.as_str(), &removed.3), ("Not in it", &by_root));
    assert_eq!(listed().await, [ada.actor.user_id]);
    world.refresh(&other, &developer("bob", json!({"applications": "ATLAS", "name": "Other"}))).await.expect("goes on");
    assert_eq!(listed().await, [ada.actor.user_id], "the same in another spelling is no difference");
}

#[tokio::test]
async fn project_admin_claim_of_an_external_user_makes_a_member() {
    let world = World::with(|settings| {
        settings.external_projects = vec![ProjectName::parse_existing("Atlas").expect("a name")];
    })
    .await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let claims = developer("eve", json!({"user_type": "external", "applications_admin": "atlas"}));
    let eve = world.sign_in(&claims).await.expect("let in");
    assert_eq!(projects_of(&world, &eve).await, [shared("atlas", ProjectRole::Member)]);
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let person = views::user_page::load(&world.services, &can, eve.actor.user_id).await.expect("a person");
    let drift = views::drift::load(&world.services, &can, &person).await.expect("an answer").expect("linked");
    assert_eq!(drift.differences, [], "the claim that has no effect is no difference");
}
