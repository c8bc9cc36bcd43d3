//! Names are folded in one place: where they are stored.

use super::{own, shared};
use domain::actor::Target;
use domain::mode::Mode;
use domain::permission::ViewUsers;
use domain::project::ProjectName;
use domain::role::PlatformRole;
use serde_json::json;
use services::testing::{World, developer};
use services::views;

/// A final sigma, a dotted capital I, and a letter that a database with the locale C does not fold.
const NAMES: [&str; 3] = ["ΟΔΥΣΣΕΥΣ", "İstanbul", "ÄRGER"];

#[tokio::test]
async fn external_user_reaches_a_project_of_any_letters() {
    for mode in [Mode::Platform, Mode::Keycloak] {
        for name in NAMES {
            let world = World::with(|settings| {
                settings.mode = mode;
                settings.budgets = false;
                settings.external_projects = vec![ProjectName::parse_existing(name).expect("a name")];
            })
            .await;
            let claims = developer("eve", json!({"guest": true, "applications": name}));
            let eve = world.sign_in(&claims).await.expect("admitted");
            assert_eq!(eve.actor.projects.len(), 1, "{mode:?} {name}");
            assert_eq!(own(&world, &eve).await, [shared(name)], "{mode:?} {name}");
        }
    }
}

#[tokio::test]
async fn project_of_any_letters_is_no_drift() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let claims = developer("ada", json!({"applications": NAMES}));
    let ada = world.sign_in(&claims).await.expect("admitted");
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let person = views::user_page::load(&world.services, &can, ada.actor.user_id).await.expect("a user");
    let drift = views::drift::load(&world.services, &can, &person).await.expect("an answer").expect("linked");
    assert_eq!(drift.differences, []);
}
