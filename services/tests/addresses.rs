//! E-mail addresses of users: corrected by administrators, released, and what an identity provider says about them.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::conflict::Merge;
use domain::denial::Denial;
use domain::draft::{Edit, EditBasis, Precondition, Side};
use domain::email::Email;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::{ManageUsers, ViewUsers};
use domain::role::PlatformRole;
use domain::user::UserDraft;
use domain::view::UserDetail;
use domain::violation::Violation;
use serde_json::json;
use services::client::Client;
use services::guard::{Caller, Can};
use services::members::WithoutAdmin;
use services::testing::{World, conflict, developer, problem, rule};
use services::users;
use services::{Error, sign_in, views};

struct Stage {
    world: World,
    admin: Caller,
}

impl Stage {
    async fn set() -> Self {
        let world = World::create().await;
        let admin = world.person("Root", PlatformRole::Admin).await;
        Self { world, admin }
    }

    fn manage(&self) -> Can<ManageUsers> {
        self.admin.can(Target::Platform).expect("an admin")
    }

    async fn change(&self, user: UserId, email: &str) -> Result<(), Error> {
        let rendered = self.rendered(user).await;
        self.send(user, email, rendered).await.map(|_| ())
    }

    /// The version and the values with which the page renders the form of an address.
    async fn rendered(&self, user: UserId) -> (i64, EditBasis) {
        let user = self.detail(user).await;
        let base = [("email".to_owned(), Email::of_stored(&user.email).typed().to_owned())].into();
        (user.version, EditBasis { base, ..EditBasis::default() })
    }

    async fn send(&self, user: UserId, email: &str, (version, basis): (i64, EditBasis)) -> Result<Merge, Error> {
        let email = Email::parse(email).expect("an address");
        let precondition = Precondition::FormVersion { version, basis };
        let edit = Edit::new(precondition, |stored| Ok(UserDraft { email, ..stored }));
        users::edit(&self.world.services, &self.manage(), user, edit).await
    }

    async fn deactivate(&self, user: UserId) {
        users::deactivate(&self.world.services, &self.manage(), user, WithoutAdmin::Allow).await.expect("deactivated");
    }

    async fn release(&self, user: UserId) -> Result<(), Error> {
        users::release_address(&self.world.services, &self.manage(), user).await
    }

    async fn reactivate(&self, user: UserId) -> Result<(), Error> {
        users::reactivate(&self.world.services, &self.manage(), user).await
    }

    async fn detail(&self, user: UserId) -> UserDetail {
        let can: Can<ViewUsers> = self.admin.can(Target::Platform).expect("an admin");
        views::user_page::load(&self.world.services, &can, user).await.expect("a user")
    }

    /// Names of the user's projects.
    async fn projects(&self, user: UserId) -> Vec<String> {
        self.detail(user).await.projects.into_iter().map(|project| project.name.to_string()).collect()
    }

    async fn signs_in(&self, email: &str) -> bool {
        let client = Client::default();
        sign_in::with_password(&self.world.services, email, PASSWORD.to_owned(), &client).await.is_ok()
    }
}

const PASSWORD: &str = "a quiet ledger line";

#[tokio::test]
async fn mistyped_address_is_corrected_and_the_session_stays() {
    let stage = Stage::set().await;
    let priya = stage.world.person("Pirya", PlatformRole::User).await;
    let id = priya.actor.user_id;
    let personal = stage.world.personal_project(&priya).await;
    stage.world.set_password(id, PASSWORD).await;
    stage.change(id, "Priya@example.com").await.expect("changed");

    let again = stage.world.again(&priya).await.expect("still signed in");
    assert_eq!(again.actor.email, "Priya@example.com");
    assert!(stage.signs_in("priya@example.com").await && !stage.signs_in("pirya@example.com").await);
    assert_eq!(stage.projects(id).await, ["Priya@example.com"]);
    let changed = vec!["email: pirya@example.com -> Priya@example.com".to_owned()];
    let by = "root@example.com".to_owned();
    assert_eq!(stage.world.audit(id.0).await, [("user.address_changed".to_owned(), by.clone(), changed)]);
    let renamed = vec!["name: pirya@example.com -> Priya@example.com".to_owned()];
    assert_eq!(stage.world.audit(personal.0).await, [("project.edited".to_owned(), by, renamed)]);

    stage.change(id, "Priya@example.com").await.expect("the same again");
    assert_eq!(stage.world.audit(id.0).await.len(), 1, "nothing changed, nothing recorded");
}

#[tokio::test]
async fn address_of_another_user_is_refused_and_says_what_to_do() {
    let stage = Stage::set().await;
    let priya = stage.world.row("Priya", PlatformRole::User).await;
    stage.world.row("Jonas", PlatformRole::User).await;
    let refused = stage.change(priya, "JONAS@example.com").await;
    assert_eq!(problem(refused, "email"), Violation::EmailTaken);
    assert_eq!(stage.detail(priya).await.email, "priya@example.com");
    assert!(stage.world.audit(priya.0).await.is_empty());
}

#[tokio::test]
async fn address_of_a_maintainer_is_changed_by_maintainers_alone() {
    let stage = Stage::set().await;
    let mira = stage.world.row("Mira", PlatformRole::Maintainer).await;
    let refused = Refusal::from(stage.change(mira, "root.too@example.com").await.expect_err("by rank"));
    assert!(matches!(refused, Refusal::Forbidden(_)), "{refused:?}");
    assert_eq!(stage.detail(mira).await.email, "mira@example.com");
}

#[tokio::test]
async fn released_address_belongs_to_its_next_user() {
    let stage = Stage::set().await;
    let former = stage.world.person("Priya", PlatformRole::User).await;
    let id = former.actor.user_id;
    stage.world.personal_project(&former).await;
    stage.world.set_password(id, PASSWORD).await;
    assert_eq!(rule(stage.release(id).await).code(), "account_active");
    stage.deactivate(id).await;
    stage.release(id).await.expect("released");
    stage.release(id).await.expect("again");

    let placeholder = format!("{id}@released.invalid");
    assert_eq!(stage.detail(id).await.email, placeholder);
    assert_eq!(stage.projects(id).await, std::slice::from_ref(&placeholder));
    let audit = stage.world.audit(id.0).await;
    assert_eq!(audit[1].0, "user.address_released");
    assert_eq!(audit[1].2, [format!("email: priya@example.com -> {placeholder}")]);
    assert_eq!(audit.len(), 2);

    let successor = stage.world.row("Another", PlatformRole::User).await;
    stage.change(successor, "priya@example.com").await.expect("the address is free");
}

#[tokio::test]
async fn user_without_an_address_is_reactivated_with_a_new_one() {
    let stage = Stage::set().await;
    let priya = stage.world.person("Priya", PlatformRole::User).await.actor.user_id;
    stage.world.set_password(priya, PASSWORD).await;
    stage.deactivate(priya).await;
    stage.release(priya).await.expect("released");
    assert_eq!(rule(stage.reactivate(priya).await).code(), "address_released");
    sqlx::query("update users set is_active = true").execute(stage.world.services.pool()).await.expect("by hand");
    assert!(!stage.signs_in(&format!("{priya}@released.invalid")).await, "a placeholder is no address");
    stage.deactivate(priya).await;

    let email = Email::parse("priya.r@example.com").expect("an address");
    let edit = Edit::new(Precondition::None, |stored| Ok(UserDraft { email, active: true, ..stored }));
    users::edit(&stage.world.services, &stage.manage(), priya, edit).await.expect("both at once");
    assert!(stage.signs_in("priya.r@example.com").await);
}

#[tokio::test]
async fn address_of_a_deactivated_user_is_free_once_released() {
    let stage = Stage::set().await;
    let former = stage.world.row("Ada", PlatformRole::User).await;
    stage.deactivate(former).await;
    let claims = developer("ada", json!({}));
    let denied = stage.world.sign_in(&claims).await.expect_err("the address is another's");
    assert_eq!(denied.reason, Denial::AddressOfAnother);
    assert_eq!(stage.detail(former).await.conflicts.len(), 1);
    stage.release(former).await.expect("released");
    assert!(stage.detail(former).await.conflicts.is_empty(), "settled");
    let ada = stage.world.sign_in(&claims).await.expect("let in");
    assert_ne!(ada.actor.user_id, former);
    assert_eq!(ada.actor.email, "ada@example.com");
}

#[tokio::test]
async fn known_subject_comes_in_whatever_address_its_token_carries() {
    let stage = Stage::set().await;
    let bob = stage.world.sign_in(&developer("bob", json!({}))).await.expect("let in").actor.user_id;
    let ada = stage.world.sign_in(&developer("ada", json!({}))).await.expect("let in");
    let moved = developer("ada", json!({"email": "bob@example.com", "name": "Ada King"}));
    let again = stage.world.sign_in(&moved).await.expect("a known subject");
    assert_eq!(again.actor.user_id, ada.actor.user_id);
    assert_eq!((again.actor.email.as_str(), again.actor.name.as_str()), ("ada@example.com", "Ada King"));
    assert_eq!(stage.detail(bob).await.conflicts.len(), 1, "an admin sees it where the address is");

    stage.deactivate(bob).await;
    stage.release(bob).await.expect("released");
    let last = stage.world.sign_in(&moved).await.expect("a known subject");
    assert_eq!(last.actor.email, "bob@example.com", "the provider's address, now that it is free");
    assert_eq!(stage.projects(ada.actor.user_id).await, ["bob@example.com"]);
}

#[tokio::test]
async fn subject_of_a_released_account_keeps_its_account() {
    let stage = Stage::set().await;
    let claims = developer("ada", json!({}));
    let ada = stage.world.sign_in(&claims).await.expect("let in").actor.user_id;
    stage.deactivate(ada).await;
    stage.release(ada).await.expect("released");
    assert_eq!(stage.world.sign_in(&claims).await.expect_err("deactivated").reason, Denial::Deactivated);
    stage.change(ada, "ada@example.com").await.expect("the address is free");
    stage.reactivate(ada).await.expect("reactivated");
    assert_eq!(stage.world.sign_in(&claims).await.expect("let in").actor.user_id, ada);
}

#[tokio::test]
async fn address_changed_in_two_tabs_needs_a_choice_and_other_changes_do_not() {
    let stage = Stage::set().await;
    let ada = stage.world.person("Ada", PlatformRole::User).await.actor.user_id;
    let second = stage.rendered(ada).await;
    let unrelated = Edit::new(Precondition::None, |stored| Ok(UserDraft { project_limit: Some(7), ..stored }));
    users::edit(&stage.world.services, &stage.manage(), ada, unrelated).await.expect("another field");
    stage.send(ada, "second@example.com", second).await.expect("the address is as it was rendered");

    let (version, mut basis) = stage.rendered(ada).await;
    stage.change(ada, "first@example.com").await.expect("changed");
    let shown = conflict(stage.send(ada, "third@example.com", (version, basis.clone())).await);
    assert!(shown.saved.is_you && shown.open_labels() == ["E-mail"]);
    assert_eq!(stage.detail(ada).await.email, "first@example.com");

    basis.offered = [("email".to_owned(), "first@example.com".to_owned())].into();
    basis.all = Some(Side::Theirs);
    let merge = stage.send(ada, "third@example.com", (version, basis)).await.expect("chosen");
    assert_eq!(merge.notice(""), "Kept your other tab's e-mail. Nothing changed.");
    assert_eq!(stage.detail(ada).await.email, "first@example.com");
}
