//! Accounts: made, looked at, closed, opened and unlocked.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::{ManageUsers, ViewUsers};
use domain::project::ProjectKind;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{ProjectAllowance, UserDraft, UserKind, UserStatus};
use domain::view::UserDetail;
use domain::violation::Violation;
use services::client::Client;
use services::guard::{Caller, Can};
use services::members::WithoutAdmin;
use services::testing::{World, count_hashes, refusal, rule};
use services::users::{self, NewAccount};
use services::{own_account, sign_in, views};
use time::Duration;

fn with_limit(limit: Option<u32>) -> Edit<UserDraft> {
    Edit::new(Precondition::None, move |stored| Ok(UserDraft { project_limit: limit, ..stored }))
}

fn with_kind(kind: UserKind) -> Edit<UserDraft> {
    Edit::new(Precondition::None, move |stored| Ok(UserDraft { kind, ..stored }))
}

struct Stage {
    world: World,
    admin: Caller,
}

impl Stage {
    async fn set() -> Self {
        let world = World::create().await;
        let admin = world.person("Ada", PlatformRole::Admin).await;
        Self { world, admin }
    }

    fn manage(&self) -> Can<ManageUsers> {
        self.admin.can(Target::Platform).expect("an admin")
    }

    async fn create(&self, name: &str, email: &str, kind: UserKind) -> Result<NewAccount, Refusal> {
        let draft = UserDraft::parse(name, email, kind.key()).expect("a draft");
        users::create(&self.world.services, &self.manage(), &draft).await.map_err(Refusal::from)
    }

    async fn detail(&self, id: UserId) -> UserDetail {
        let can: Can<ViewUsers> = self.admin.can(Target::Platform).expect("an admin");
        views::user_page::load(&self.world.services, &can, id).await.expect("a person")
    }

    async fn signs_in(&self, email: &str, password: &str) -> bool {
        let client = Client::default();
        sign_in::with_password(&self.world.services, email, password.to_owned(), &client).await.is_ok()
    }

    async fn actions(&self, target: uuid::Uuid) -> Vec<String> {
        self.world.audit(target).await.into_iter().map(|(action, _, _)| action).collect()
    }
}

#[tokio::test]
async fn a_new_account_signs_in_with_its_one_time_password_and_has_a_personal_project() {
    let stage = Stage::set().await;
    let made = stage.create("Priya Raghunathan", "Priya@Example.com", UserKind::Regular).await.expect("an account");
    let client = Client::default();
    let signed_in =
        sign_in::with_password(&stage.world.services, "priya@example.com", made.one_time_password, &client).await;
    assert!(signed_in.expect("a session").password_change_due);
    let detail = stage.detail(made.id).await;
    assert_eq!((detail.name.as_str(), detail.email.as_str()), ("Priya Raghunathan", "Priya@Example.com"));
    let [project] = detail.projects.as_slice() else { panic!("{:?}", detail.projects) };
    assert_eq!(
        (project.name.as_str(), project.kind, project.role),
        ("Priya@Example.com", ProjectKind::Personal, ProjectRole::Owner)
    );
    assert_eq!(detail.allowance, ProjectAllowance { used: 0, limit: Some(3) });
    let description: String = sqlx::query_scalar("select description from projects where id = $1")
        .bind(project.project_id.0)
        .fetch_one(stage.world.services.pool())
        .await
        .expect("the project");
    assert_eq!(description, "Personal project of Priya Raghunathan");
    let fields = ["name: - -> Priya Raghunathan", "email: - -> Priya@Example.com", "kind: - -> regular"];
    let entry = ("user.created".to_owned(), "ada@example.com".to_owned(), fields.map(str::to_owned).to_vec());
    assert_eq!(stage.world.audit(made.id.0).await, [entry]);
    assert_eq!(stage.actions(project.project_id.0).await, ["project.created"]);
}

#[tokio::test]
async fn external_user_has_no_personal_project_until_regular() {
    let stage = Stage::set().await;
    let made = stage.create("Jonas", "jonas@partner.example", UserKind::External).await.expect("an account");
    assert!(stage.detail(made.id).await.projects.is_empty());
    for _ in 0..2 {
        users::edit(&stage.world.services, &stage.manage(), made.id, with_kind(UserKind::Regular))
            .await
            .expect("regular");
    }
    let detail = stage.detail(made.id).await;
    assert_eq!((detail.kind, detail.projects.len()), (UserKind::Regular, 1));
    assert_eq!(stage.actions(made.id.0).await, ["user.created", "user.kind_changed"]);
    users::edit(&stage.world.services, &stage.manage(), made.id, with_kind(UserKind::External))
        .await
        .expect("external");
    users::edit(&stage.world.services, &stage.manage(), made.id, with_kind(UserKind::Regular)).await.expect("regular");
    assert_eq!(stage.detail(made.id).await.projects.len(), 1, "the project was kept");
}

#[tokio::test]
async fn an_address_is_taken_whatever_its_case_and_nothing_is_half_made() {
    let stage = Stage::set().await;
    let refused = stage.create("Another Ada", "ADA@example.com", UserKind::Regular).await.err().expect("taken");
    let Refusal::Invalid(errors) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["email"]);
    let left: i64 = sqlx::query_scalar("select count(*) from projects")
        .fetch_one(stage.world.services.pool())
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn page_of_a_user_shows_projects_limit_sessions_and_budgets() {
    let stage = Stage::set().await;
    let world = &stage.world;
    let priya = world.person("Priya", PlatformRole::User).await;
    world.signed_in(priya.actor.user_id).await;
    world.personal_project(&priya).await;
    let zebra = world.project("zebra", &priya).await;
    let atlas = world.project("atlas", &stage.admin).await;
    world.member(atlas, priya.actor.user_id, ProjectRole::Member).await;
    sqlx::query("update user_projects set granted_by = $1 where project_id = $2")
        .bind(stage.admin.actor.user_id.0)
        .bind(atlas.0)
        .execute(world.services.pool())
        .await
        .expect("granted");
    let gone = world.project("gone", &priya).await;
    sqlx::query("update projects set deleted_at = now() where id = $1")
        .bind(gone.0)
        .execute(world.services.pool())
        .await
        .expect("deleted");
    let detail = stage.detail(priya.actor.user_id).await;
    let projects: Vec<_> = detail.projects.iter().map(|p| (p.project_id, p.role, p.granted_by.as_deref())).collect();
    assert_eq!(projects[..2], [(atlas, ProjectRole::Member, Some("Ada")), (zebra, ProjectRole::Admin, None)]);
    assert_eq!((projects.len(), projects[2].1), (3, ProjectRole::Owner), "the personal project comes last");
    assert_eq!(detail.allowance, ProjectAllowance { used: 2, limit: Some(3) });
    assert_eq!((detail.session_count, detail.status), (2, UserStatus::NeverSignedIn));
    assert_eq!(stage.detail(stage.admin.actor.user_id).await.allowance.limit, None);
}

#[tokio::test]
async fn budgets_stand_on_the_page_unless_they_are_switched_off() {
    for budgets in [true, false] {
        let world = World::with(|settings| settings.budgets = budgets).await;
        let ada = world.person("Ada", PlatformRole::Maintainer).await;
        sqlx::raw_sql(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
             values (gen_random_uuid(), 'Everyday', 'platform', 80, 100, 43200);
             insert into user_budgets (user_id, category, budget_id, assigned_by)
             select u.id, b.category, b.id, u.id from users u, budgets b;",
        )
        .execute(world.services.pool())
        .await
        .expect("a budget");
        let can: Can<ViewUsers> = ada.can(Target::Platform).expect("a maintainer");
        let detail = views::user_page::load(&world.services, &can, ada.actor.user_id).await.expect("a person");
        assert_eq!(detail.budgets.len(), usize::from(budgets));
    }
}

#[tokio::test]
async fn unknown_user_is_not_found() {
    let stage = Stage::set().await;
    let unknown = UserId(uuid::Uuid::from_u128(7));
    let can: Can<ViewUsers> = stage.admin.can(Target::Platform).expect("an admin");
    assert_eq!(refusal(views::user_page::load(&stage.world.services, &can, unknown).await), Refusal::NotFound);
    assert_eq!(
        refusal(users::deactivate(&stage.world.services, &stage.manage(), unknown, WithoutAdmin::Allow).await),
        Refusal::NotFound
    );
}

#[tokio::test]
async fn deactivation_ends_every_session_at_once_and_reactivation_opens_the_account() {
    let stage = Stage::set().await;
    let services = &stage.world.services;
    let priya = stage.world.person("Priya", PlatformRole::User).await;
    let elsewhere = stage.world.signed_in(priya.actor.user_id).await;
    let id = priya.actor.user_id;
    stage.world.set_password(id, "a quiet ledger line").await;
    for _ in 0..2 {
        users::deactivate(services, &stage.manage(), id, WithoutAdmin::Allow).await.expect("deactivated");
    }
    assert!(stage.world.again(&priya).await.is_none() && stage.world.again(&elsewhere).await.is_none());
    assert!(!stage.signs_in("priya@example.com", "a quiet ledger line").await);
    assert_eq!(stage.detail(id).await.status, UserStatus::Deactivated);
    for _ in 0..2 {
        users::reactivate(services, &stage.manage(), id).await.expect("reactivated");
    }
    assert!(stage.world.again(&priya).await.is_none(), "old sessions stay ended");
    assert!(stage.signs_in("priya@example.com", "a quiet ledger line").await);
    let audit = stage.world.audit(id.0).await;
    let fields = [vec!["active: true -> false", "sessions: 2 -> 0"], vec!["active: false -> true"]];
    assert_eq!(audit.iter().map(|(_, _, fields)| fields.clone()).collect::<Vec<_>>(), fields);
    assert_eq!(stage.actions(id.0).await, ["user.deactivated", "user.reactivated"]);
}

#[tokio::test]
async fn deactivating_oneself_and_resetting_the_own_password_is_refused() {
    let stage = Stage::set().await;
    let me = stage.admin.actor.user_id;
    let refused = rule(users::deactivate(&stage.world.services, &stage.manage(), me, WithoutAdmin::Allow).await);
    assert_eq!(refused, Violation::OwnAccount);
    let refused = rule(users::issue_one_time_password(&stage.world.services, &stage.manage(), me).await);
    assert_eq!(refused, Violation::OwnPassword);
    assert!(stage.world.again(&stage.admin).await.is_some());
    assert!(stage.actions(me.0).await.is_empty());
}

#[tokio::test]
async fn unlocking_opens_an_account_before_its_time() {
    let stage = Stage::set().await;
    let services = &stage.world.services;
    let id = stage.world.person("Priya", PlatformRole::User).await.actor.user_id;
    stage.world.set_password(id, "a quiet ledger line").await;
    users::unlock(services, &stage.manage(), id).await.expect("nothing to do");
    for _ in 0..5 {
        assert!(!stage.signs_in("priya@example.com", "wrong").await);
    }
    assert_eq!(stage.detail(id).await.status, UserStatus::Locked);
    users::unlock(services, &stage.manage(), id).await.expect("unlocked");
    assert_eq!(stage.actions(id.0).await, ["user.unlocked"]);
    assert!(stage.signs_in("priya@example.com", "a quiet ledger line").await);
    assert_eq!(stage.detail(id).await.status, UserStatus::Active);
}

#[tokio::test]
async fn ending_sessions_leaves_the_account_open() {
    let stage = Stage::set().await;
    let priya = stage.world.person("Priya", PlatformRole::User).await;
    users::end_sessions(&stage.world.services, &stage.manage(), priya.actor.user_id).await.expect("ended");
    assert!(stage.world.again(&priya).await.is_none());
    assert!(stage.world.again(&stage.admin).await.is_some());
    assert_eq!(stage.actions(priya.actor.user_id.0).await, ["user.sessions_ended"]);
    assert_eq!(stage.detail(priya.actor.user_id).await.session_count, 0);
}

#[tokio::test]
async fn a_new_one_time_password_replaces_the_old_one_unlocks_and_signs_out() {
    let stage = Stage::set().await;
    let services = &stage.world.services;
    let priya = stage.world.person("Priya", PlatformRole::User).await;
    let id = priya.actor.user_id;
    stage.world.set_password(id, "a quiet ledger line").await;
    for _ in 0..5 {
        assert!(!stage.signs_in("priya@example.com", "wrong").await);
    }
    let password = users::issue_one_time_password(services, &stage.manage(), id).await.expect("a password");
    assert!(stage.world.again(&priya).await.is_none());
    assert!(!stage.signs_in("priya@example.com", "a quiet ledger line").await);
    let signed_in = sign_in::with_password(services, "priya@example.com", password.clone(), &Client::default()).await;
    assert!(signed_in.expect("a session").password_change_due);
    let audit = stage.world.audit(id.0).await;
    assert_eq!(audit, [("user.one_time_password_issued".to_owned(), "ada@example.com".to_owned(), vec![])]);
    users::deactivate(services, &stage.manage(), id, WithoutAdmin::Allow).await.expect("deactivated");
    let refused = rule(users::issue_one_time_password(services, &stage.manage(), id).await);
    assert_eq!(refused.code(), "user_deactivated");
}

/// What the page says about a one-time password, in hours from now.
async fn hours_left(stage: &Stage, id: UserId) -> Option<i64> {
    let end = stage.detail(id).await.one_time_password_until?;
    Some((end - stage.world.clock.now()).whole_hours())
}

#[tokio::test]
async fn one_time_password_expires_after_a_day_and_the_page_says_so() {
    let stage = Stage::set().await;
    let made = stage.create("Priya", "priya@example.com", UserKind::Regular).await.expect("an account");
    assert_eq!(hours_left(&stage, made.id).await, Some(24));
    stage.world.clock.advance(Duration::days(1));
    let (signed_in, hashes) = count_hashes(stage.signs_in("priya@example.com", &made.one_time_password)).await;
    assert_eq!((signed_in, hashes), (false, 1), "as every other failure");
    assert_eq!(hours_left(&stage, made.id).await, Some(0));

    let can = stage.world.signed_in(stage.admin.actor.user_id).await.can(Target::Platform).expect("an admin");
    let password = users::issue_one_time_password(&stage.world.services, &can, made.id).await.expect("another");
    stage.world.clock.advance(Duration::days(1) - Duration::seconds(1));
    assert!(stage.signs_in("priya@example.com", &password).await);
}

#[tokio::test]
async fn expired_one_time_password_is_changed_in_a_session_opened_in_time() {
    let stage = Stage::set().await;
    let made = stage.create("Priya", "priya@example.com", UserKind::Regular).await.expect("an account");
    let (services, client) = (&stage.world.services, Client::default());
    let password = made.one_time_password;
    stage.world.clock.advance(Duration::days(1) - Duration::seconds(1));
    let signed_in = sign_in::with_password(services, "priya@example.com", password.clone(), &client).await;
    let token = signed_in.expect("in time").token;
    stage.world.clock.advance(Duration::minutes(5));
    let caller = stage.world.caller(&token).await.expect("signed in");
    let new = "a quiet ledger line";
    own_account::change_password(services, &caller, &token, password, new, &client).await.expect("changed");
    assert_eq!(hours_left(&stage, made.id).await, None);
    stage.world.clock.advance(Duration::days(400));
    assert!(stage.signs_in("priya@example.com", new).await, "a password of one's own does not expire");
}

#[tokio::test]
async fn password_issued_by_the_version_before_opens_the_account() {
    let stage = Stage::set().await;
    let made = stage.create("Priya", "priya@example.com", UserKind::Regular).await.expect("an account");
    sqlx::query("update users set password_expires_at = null where id = $1")
        .bind(made.id.0)
        .execute(stage.world.services.pool())
        .await
        .expect("an update");
    assert!(stage.signs_in("priya@example.com", &made.one_time_password).await);
}

#[tokio::test]
async fn a_project_limit_is_set_and_taken_back() {
    let stage = Stage::set().await;
    let id = stage.world.person("Priya", PlatformRole::User).await.actor.user_id;
    for (limit, seen) in [(Some(0), 0), (Some(7), 7), (Some(7), 7), (None, 3)] {
        users::edit(&stage.world.services, &stage.manage(), id, with_limit(limit)).await.expect("set");
        assert_eq!(stage.detail(id).await.allowance.limit, Some(seen));
    }
    let fields: Vec<_> = stage.world.audit(id.0).await.into_iter().flat_map(|(_, _, fields)| fields).collect();
    assert_eq!(fields, ["project_limit: - -> 0", "project_limit: 0 -> 7", "project_limit: 7 -> -"]);
    let refused = refusal(users::edit(&stage.world.services, &stage.manage(), id, with_limit(Some(u32::MAX))).await);
    assert!(matches!(&refused, Refusal::Invalid(errors) if errors.at("project_limit").is_some()), "{refused:?}");
}
