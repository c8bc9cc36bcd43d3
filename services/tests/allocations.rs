//! Projects' own budgets, budget groups and the shares of members.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::group::{GroupDraft, GroupFields};
use domain::budget::{
    Allocation, BudgetDraft, BudgetGroup, BudgetQuery, BudgetSlug, Category, OwnBudget, OwnBudgetDraft, Share,
    SharePrecondition, ShownShares,
};
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::id::{BudgetId, GroupId, ProjectId, UserId};
use domain::money::Money;
use domain::permission::{EditProject, ManageBudgets, SetMemberShares, ViewBudgets, ViewMemberShares};
use domain::project::{MemberQuery, ProjectDraft, ProjectName};
use domain::reset_period::{PeriodFields, ResetPeriod};
use domain::role::{PlatformRole, ProjectRole};
use domain::text::{BudgetName, ShareReason};
use domain::violation::Violation;
use services::budgets::assign_many::{self, Wanted};
use services::guard::{Caller, Can};
use services::listing::{ListQuery, Slice};
use services::members::WithoutAdmin;
use services::testing::{World, conflict, count_statements, problem, refusal, rounds, rule};
use services::views::ReadScope;
use services::views::project_budgets::{self, OwnBudgetFilter};
use services::{allocations, budgets, members, projects, views};
use sqlx::AssertSqlSafe;

/// A maintainer, and a project of theirs whose limits hold for each member.
struct Scene {
    world: World,
    mia: Caller,
    project: ProjectId,
}

impl Scene {
    async fn create() -> Self {
        Self::with(World::create().await).await
    }

    async fn with(world: World) -> Self {
        let mia = world.person("Mia", PlatformRole::Maintainer).await;
        let project = world.project("atlas", &mia).await;
        Self { world, mia, project }
    }

    fn can(&self) -> Can<ManageBudgets> {
        self.mia.can(Target::Project(self.project)).expect("a maintainer")
    }

    fn can_share(&self) -> Can<SetMemberShares> {
        self.mia.can(Target::Project(self.project)).expect("a maintainer")
    }

    fn scope(&self) -> ReadScope<ViewMemberShares> {
        ReadScope::<ViewMemberShares>::of(&self.mia).expect("a maintainer")
    }

    async fn member(&self, name: &str) -> Caller {
        let member = self.world.person(name, PlatformRole::User).await;
        self.world.member(self.project, member.actor.user_id, ProjectRole::Member).await;
        self.world.again(&member).await.expect("still signed in")
    }

    async fn enforce(&self, is_enforced: bool) {
        let can = self.mia.can::<EditProject>(Target::Project(self.project)).expect("a maintainer");
        let edit = Edit::new(Precondition::None, move |stored: ProjectDraft| {
            Ok(ProjectDraft { member_limits_enforced: is_enforced, ..stored })
        });
        projects::edit(&self.world.services, &can, edit).await.expect("saved");
    }

    async fn budget(&self, category: Category, hard: &str) -> OwnBudget {
        let draft = draft(&format!("Atlas {}", category.key()), "0", hard);
        let prefix = BudgetSlug::parse("atlas").expect("a prefix");
        let slug = allocations::create(&self.world.services, &self.can(), &prefix, category, &draft).await;
        self.read(&slug.expect("created")).await
    }

    async fn read(&self, slug: &BudgetSlug) -> OwnBudget {
        project_budgets::find(&self.world.services, &self.scope(), slug).await.expect("a budget")
    }

    async fn again(&self, budget: &OwnBudget) -> OwnBudget {
        self.read(&slug(budget)).await
    }

    async fn set(&self, budget: &OwnBudget, user: &Caller, hard: &str) -> Result<(), services::Error> {
        let share = Share::new(Money::default(), money(hard)).expect("a share");
        let of = (budget.id, user.actor.user_id);
        let reason = ShareReason::parse("Trains the models").expect("a reason");
        let precondition = SharePrecondition::None;
        allocations::set_share(&self.world.services, &self.can_share(), of, share, Some(&reason), precondition).await
    }

    async fn group(&self, total: &str, percentages: [&str; 3]) -> GroupId {
        allocations::create_group(&self.world.services, &self.can(), &group(total, percentages)).await.expect("created")
    }

    async fn read_group(&self, group: GroupId) -> BudgetGroup {
        project_budgets::group(&self.world.services, &self.scope(), group).await.expect("a group")
    }

    async fn edit_group(&self, group: GroupId, draft: GroupDraft) -> Result<(), services::Error> {
        let edit = Edit::whole(Precondition::None, draft);
        allocations::edit_group(&self.world.services, &self.can(), group, edit).await
    }
}

fn money(raw: &str) -> Money {
    Money::parse(raw).expect("an amount")
}

fn draft(name: &str, soft: &str, hard: &str) -> OwnBudgetDraft {
    OwnBudgetDraft {
        name: BudgetName::parse(name).expect("a name"),
        soft_limit: money(soft),
        hard_limit: money(hard),
        period: ResetPeriod::parse("30d").expect("a period"),
        description: None,
    }
}

fn group(total: &str, [platform, cli, premium_models]: [&str; 3]) -> GroupDraft {
    let period = PeriodFields { choice: "30d".into(), ..PeriodFields::default() };
    let (platform, cli, premium_models) = (platform.to_owned(), cli.to_owned(), premium_models.to_owned());
    let fields = GroupFields {
        name: "Atlas 2026".into(),
        total: total.into(),
        period,
        platform,
        cli,
        premium_models,
        ..GroupFields::default()
    };
    fields.parse().expect("a group")
}

fn slug(budget: &OwnBudget) -> BudgetSlug {
    BudgetSlug::parse(&budget.slug).expect("a slug")
}

/// Mode and hard limit of each member, sorted: users who are created in one millisecond have ids in any order.
fn shares(budget: &OwnBudget) -> Vec<String> {
    let share = |allocation: &Allocation| format!("{} {}", allocation.mode.key(), allocation.share.hard().typed());
    let mut shares: Vec<String> = budget.allocations.iter().map(share).collect();
    shares.sort();
    shares
}

fn amounts(group: &BudgetGroup) -> Vec<(Category, String, String)> {
    let amounts = |budget: &OwnBudget| (budget.category, budget.limits.soft().typed(), budget.limits.hard().typed());
    group.budgets.iter().map(amounts).collect()
}

fn equal(hard: &str) -> String {
    format!("equal {hard}")
}

fn fixed(hard: &str) -> String {
    format!("fixed {hard}")
}

#[tokio::test]
async fn own_budget_pays_for_its_project_and_is_in_no_list_of_global_ones() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let budget = scene.budget(Category::Cli, "100").await;
    assert!(budget.slug.starts_with("atlas-") && budget.slug.len() == "atlas-".len() + 32, "{}", budget.slug);
    let view: Can<ViewBudgets> = scene.mia.can(Target::Platform).expect("a maintainer");
    let global = views::budgets::list(services, &view, &BudgetQuery::default()).await.expect("a list");
    assert!(global.rows.is_empty());
    assert_eq!(refusal(views::budgets::detail(services, &view, budget.id).await), Refusal::NotFound);
    assert_eq!(refusal(views::budgets::find(services, &view, &slug(&budget)).await), Refusal::NotFound);
    let suggested = views::suggestions::budgets(services, &view, None, None).await.expect("suggestions");
    assert!(suggested.is_empty());
    let (atlas, members) = (ProjectName::parse("atlas").expect("a name"), MemberQuery::default());
    let page = views::project_page::load(services, &scene.mia, &atlas, &members);
    let held: Vec<BudgetId> = page.await.expect("a page").budgets.into_iter().map(|held| held.id).collect();
    assert_eq!(held, [budget.id], "but on the page of its project");
    let audit = scene.world.audit(budget.id.0).await;
    assert_eq!(audit[0].0, "budget.project_budget.created");
    assert!(audit[0].2.contains(&"hard_limit: - -> 100.00".to_owned()), "{:?}", audit[0].2);
}

#[tokio::test]
async fn own_budget_cannot_be_assigned_to_users_or_other_projects() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let budget = scene.budget(Category::Cli, "100").await;
    let other = scene.world.project("borealis", &scene.mia).await;
    let can: Can<ManageBudgets> = scene.mia.can(Target::Platform).expect("a maintainer");
    let user = scene.mia.actor.user_id;
    assert_eq!(refusal(budgets::assign_to_user(services, &can, budget.id, user).await), Refusal::NotFound);
    let borealis = ProjectName::parse("borealis").expect("a name");
    assert_eq!(refusal(budgets::assign_to_project(services, &can, budget.id, &borealis).await), Refusal::NotFound);
    let wanted = Wanted::from([(Category::Cli, Some(slug(&budget)))]);
    let assigned = assign_many::assign_many(services, &can, &[user], &wanted).await;
    assert_eq!(rule(assigned), Violation::ProjectBudgetNotAssignable);
    for statement in [
        format!("insert into user_budgets (user_id, category, budget_id) values ('{user}', 'cli', '{}')", budget.id),
        format!(
            "insert into project_budgets (project_id, category, budget_id) values ('{other}', 'cli', '{}')",
            budget.id
        ),
        format!("update budgets set project_id = '{other}' where id = '{}'", budget.id),
        format!("update budgets set project_id = null where id = '{}'", budget.id),
    ] {
        let refused = sqlx::query(AssertSqlSafe(statement.clone())).execute(services.pool()).await;
        let code =
            refused.expect_err(&statement).into_database_error().and_then(|error| error.code().map(String::from));
        assert_eq!(code.as_deref(), Some("23514"), "{statement}");
    }
}

#[tokio::test]
async fn second_active_budget_of_a_category_is_refused_at_its_field() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let can: Can<ManageBudgets> = scene.mia.can(Target::Platform).expect("a maintainer");
    let atlas = ProjectName::parse("atlas").expect("a name");
    let global = BudgetDraft::parse("Everyone", "platform", "1", "2", "30d").expect("a draft");
    let global = budgets::create(services, &can, None, &global).await.expect("created");
    let own = scene.budget(Category::Platform, "100").await;
    let prefix = BudgetSlug::parse("p").expect("a prefix");
    let has_budget = || Violation::ProjectHasBudget { category: "Platform".to_owned() };
    let create = async |name: &str| {
        allocations::create(services, &scene.can(), &prefix, Category::Platform, &draft(name, "0", "5")).await
    };
    assert_eq!(problem(create("Another").await, "budget_category"), has_budget());
    let grouped = allocations::create_group(services, &scene.can(), &group("10", ["100", "", ""])).await;
    assert_eq!(problem(grouped, "platform"), has_budget(), "a field of the form of groups");
    let replaced = budgets::assign_to_project(services, &can, global, &atlas).await;
    assert_eq!(rule(replaced), has_budget(), "a global budget does not replace it");
    let unassigned = budgets::unassign_project(services, &can, &atlas, Category::Platform).await;
    assert_eq!(rule(unassigned), Violation::BudgetOfProject { budget: own.name.clone() });
    allocations::delete(services, &scene.can(), own.id).await.expect("deleted");
    budgets::assign_to_project(services, &can, global, &atlas).await.expect("assigned");
    assert_eq!(problem(create("Another").await, "budget_category"), has_budget(), "a global budget is active too");
}

#[tokio::test]
async fn personal_project_has_no_budget_of_its_own() {
    let scene = Scene::create().await;
    let personal = scene.world.personal_project(&scene.mia).await;
    let can: Can<ManageBudgets> = scene.mia.can(Target::Project(personal)).expect("a maintainer");
    let prefix = BudgetSlug::parse("p").expect("a prefix");
    let services = &scene.world.services;
    let created = allocations::create(services, &can, &prefix, Category::Cli, &draft("Mine", "0", "5")).await;
    assert_eq!(rule(created), Violation::BudgetForPersonalProject);
    let created = allocations::create_group(services, &can, &group("10", ["100", "", ""])).await;
    assert_eq!(rule(created), Violation::BudgetForPersonalProject);
}

#[tokio::test]
async fn shares_follow_members_overrides_and_enforcement() {
    let scene = Scene::create().await;
    let (ada, bo) = (scene.member("Ada").await, scene.member("Bo").await);
    let budget = scene.budget(Category::Platform, "100").await;
    assert_eq!(shares(&budget), [equal("100.00"), equal("100.00"), equal("100.00")], "not enforced: the whole budget");
    assert_eq!(budget.allocated().to_string(), "300");
    scene.enforce(true).await;
    assert_eq!(shares(&scene.again(&budget).await), [equal("33.33"), equal("33.33"), equal("33.34")]);
    scene.set(&budget, &ada, "40").await.expect("set");
    let read = scene.again(&budget).await;
    assert_eq!(shares(&read), [equal("30.00"), equal("30.00"), fixed("40.00")]);
    assert_eq!(read.allocated(), money("100").as_decimal());
    let over = scene.set(&budget, &bo, "60.01").await;
    let (fixed_sum, above, of) = ("$100.01".to_owned(), "$0.01".to_owned(), "$100.00".to_owned());
    assert_eq!(problem(over, "hard_limit"), Violation::FixedSharesAboveBudget { fixed: fixed_sum, above, budget: of });
    assert_eq!(scene.again(&budget).await.allocations, read.allocations, "a refused call changes nothing");
    let zoe = scene.member("Zoe").await;
    assert_eq!(shares(&scene.again(&budget).await), [equal("20.00"), equal("20.00"), equal("20.00"), fixed("40.00")]);
    let can = scene.mia.can(Target::Project(scene.project)).expect("a maintainer");
    let services = &scene.world.services;
    members::remove(services, &can, ada.actor.user_id, WithoutAdmin::Refuse).await.expect("removed");
    assert_eq!(shares(&scene.again(&budget).await), [equal("33.33"), equal("33.33"), equal("33.34")]);
    scene.set(&budget, &zoe, "0").await.expect("a share of nothing");
    assert_eq!(shares(&scene.again(&budget).await), [equal("50.00"), equal("50.00"), fixed("0.00")]);
    let of_zoe = (budget.id, zoe.actor.user_id);
    allocations::clear_share(services, &scene.can_share(), of_zoe, SharePrecondition::None).await.expect("cleared");
    assert_eq!(shares(&scene.again(&budget).await), [equal("33.33"), equal("33.33"), equal("33.34")]);
    let again = allocations::clear_share(services, &scene.can_share(), of_zoe, SharePrecondition::None).await;
    assert_eq!(refusal(again), Refusal::Rule(Violation::NoFixedShare));
    let stranger = scene.world.person("Stranger", PlatformRole::User).await;
    assert_eq!(refusal(scene.set(&budget, &stranger, "1").await), Refusal::NotFound);
    let actions: Vec<String> = scene.world.audit(budget.id.0).await.into_iter().map(|(action, ..)| action).collect();
    let (set, cleared) = ("budget.member_allocation.overridden", "budget.member_allocation.override_cleared");
    assert_eq!(actions, ["budget.project_budget.created", set, set, cleared]);
}

#[tokio::test]
async fn share_that_changed_since_it_was_shown_is_a_conflict() {
    let scene = Scene::create().await;
    let (ada, bo) = (scene.member("Ada").await, scene.member("Bo").await);
    scene.enforce(true).await;
    let budget = scene.budget(Category::Platform, "100").await;
    let (services, can, of) = (&scene.world.services, scene.can_share(), (budget.id, ada.actor.user_id));
    let shown = async || ShownShares::of([&scene.again(&budget).await], [of.1]).precondition(of.0, of.1);
    let set = async |hard: &str, precondition| {
        let share = Share::new(Money::default(), money(hard)).expect("a share");
        allocations::set_share(services, &can, of, share, None, precondition).await
    };
    let equal_share = shown().await;
    set("40", equal_share).await.expect("as it was shown");
    let forty = shown().await;
    let stale = conflict(set("10", equal_share).await);
    assert_eq!((stale.saved.name.as_str(), stale.saved.is_you), ("Mia", true));
    set("40", equal_share).await.expect("the form was sent twice");
    scene.set(&budget, &bo, "5").await.expect("the share of another member");
    set("20", forty).await.expect("as it was shown");
    conflict(allocations::clear_share(services, &can, of, forty).await);
    assert_eq!(shares(&scene.again(&budget).await), [equal("75.00"), fixed("20.00"), fixed("5.00")]);
    allocations::clear_share(services, &can, of, shown().await).await.expect("as it was shown");
    conflict(set("30", forty).await);
    assert_eq!(shares(&scene.again(&budget).await), [equal("47.50"), equal("47.50"), fixed("5.00")]);
}

#[tokio::test]
async fn group_that_changed_since_it_was_shown_is_not_deleted() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let id = scene.group("100", ["60", "40", ""]).await;
    let shown = scene.read_group(id).await.version;
    scene.edit_group(id, group("200", ["60", "40", ""])).await.expect("saved");
    let stale = conflict(allocations::delete_group(services, &scene.can(), id, shown.into()).await);
    assert_eq!(stale.saved.name, "Mia");
    let now = scene.read_group(id).await;
    assert_eq!((now.total, now.budgets.len()), (money("200"), 2), "nothing was deleted");
    allocations::delete_group(services, &scene.can(), id, now.version.into()).await.expect("as it was shown");
    assert_eq!(refusal(project_budgets::group(services, &scene.scope(), id).await), Refusal::NotFound);
}

#[tokio::test]
async fn budget_cannot_go_below_its_fixed_shares() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let ada = scene.member("Ada").await;
    let group_id = scene.group("100", ["60", "40", ""]).await;
    let cli = scene.read_group(group_id).await.budgets.remove(1);
    scene.set(&cli, &ada, "30").await.expect("set");
    let lower = |hard: &'static str| {
        Edit::new(Precondition::None, move |stored| {
            Ok(OwnBudgetDraft { soft_limit: money("0"), hard_limit: money(hard), ..stored })
        })
    };
    let edited = allocations::edit(services, &scene.can(), cli.id, lower("29.99")).await;
    assert_eq!(problem(edited, "hard_limit").code(), "fixed_shares_above_budget");
    let edited = scene.edit_group(group_id, group("100", ["71", "29", ""])).await;
    assert_eq!(problem(edited, "cli").code(), "fixed_shares_above_budget");
    assert_eq!(scene.read_group(group_id).await.budgets[0].limits.hard(), money("60"), "nothing was saved");
    allocations::edit(services, &scene.can(), cli.id, lower("30")).await.expect("saved");
    assert_eq!(scene.read_group(group_id).await.total, money("90"), "the total follows the budgets");
}

#[tokio::test]
async fn group_edit_updates_creates_and_deletes_its_budgets() {
    let scene = Scene::create().await;
    let id = scene.group("7500", ["60", "34", "6"]).await;
    let created = scene.read_group(id).await;
    let row = |category, soft: &str, hard: &str| (category, soft.to_owned(), hard.to_owned());
    use Category::{Cli, Platform, PremiumModels};
    let expected =
        [row(Platform, "3600.00", "4500.00"), row(Cli, "2040.00", "2550.00"), row(PremiumModels, "360.00", "450.00")];
    assert_eq!(amounts(&created), expected);
    assert_eq!(created.budgets[0].name, "atlas/platform");
    let (start, suffix) = created.budgets[0].slug.split_at("atlas-platform-".len());
    assert_eq!((start, suffix.len()), ("atlas-platform-", 8));
    scene.edit_group(id, group("8000", ["60", "", "40"])).await.expect("saved");
    let edited = scene.read_group(id).await;
    assert_eq!(amounts(&edited), [row(Platform, "3840.00", "4800.00"), row(PremiumModels, "2560.00", "3200.00")]);
    assert_eq!((edited.budgets[0].id, edited.total), (created.budgets[0].id, money("8000")));
    scene.edit_group(id, group("8000", ["50", "10", "40"])).await.expect("saved");
    assert_eq!(scene.read_group(id).await.budgets.len(), 3);
    let actions =
        |events: Vec<(String, String, Vec<String>)>| events.into_iter().map(|(action, ..)| action).collect::<Vec<_>>();
    let of_group = actions(scene.world.audit(id.0).await);
    let [made, updated] = ["budget.project_budget_group.created", "budget.project_budget_group.updated"];
    assert_eq!(of_group, [made, updated, updated]);
    let of_budget = |at: usize| scene.world.audit(created.budgets[at].id.0);
    let [made, updated, deleted] =
        ["created", "updated", "deleted"].map(|verb| format!("budget.project_budget.{verb}"));
    assert_eq!(actions(of_budget(0).await), [made.clone(), updated.clone(), updated]);
    assert_eq!(actions(of_budget(1).await), [made, deleted]);
}

#[tokio::test]
async fn one_group_is_active_and_deleted_ones_are_listed() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let first = scene.group("100", ["100", "", ""]).await;
    let second = allocations::create_group(services, &scene.can(), &group("10", ["100", "", ""])).await;
    assert_eq!(problem(second, "project_name"), Violation::ProjectHasGroup);
    allocations::delete_group(services, &scene.can(), first, Precondition::None).await.expect("deleted");
    scene.world.clock.advance(time::Duration::seconds(1));
    let second = scene.group("10", ["100", "", ""]).await;
    let atlas = ProjectName::parse("atlas").expect("a name");
    let listed = project_budgets::groups(services, &scene.scope(), &atlas).await.expect("groups");
    let listed: Vec<_> =
        listed.iter().map(|group| (group.id, group.deleted_at.is_some(), group.budgets.len())).collect();
    assert_eq!(listed, [(second, false, 1), (first, true, 0)]);
    let gone = project_budgets::group(services, &scene.scope(), first).await;
    assert_eq!(refusal(gone), Refusal::NotFound);
    let budget = scene.read_group(second).await.budgets.remove(0);
    allocations::delete(services, &scene.can(), budget.id).await.expect("deleted");
    let gone = project_budgets::group(services, &scene.scope(), second).await;
    assert_eq!(refusal(gone), Refusal::NotFound, "a group goes with its last budget");
}

#[tokio::test]
async fn stale_group_form_is_a_conflict_and_the_period_is_the_groups() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let id = scene.group("100", ["60", "40", ""]).await;
    scene.edit_group(id, group("200", ["60", "40", ""])).await.expect("saved");
    let stale = Edit::whole(Precondition::IfMatch(vec![1]), group("300", ["60", "40", ""]));
    let edited = allocations::edit_group(services, &scene.can(), id, stale).await;
    assert!(matches!(refusal(edited), Refusal::Conflict(_)));
    let budget = scene.read_group(id).await.budgets.remove(0);
    let weekly = Edit::new(Precondition::None, |stored| {
        Ok(OwnBudgetDraft { period: ResetPeriod::parse("7d").expect("a period"), ..stored })
    });
    let edited = allocations::edit(services, &scene.can(), budget.id, weekly).await;
    assert_eq!(problem(edited, "budget_duration"), Violation::PeriodOfGroup);
}

#[tokio::test]
async fn project_admin_sets_shares_only_where_the_operator_allows_it() {
    for allowed in [false, true] {
        let scene = Scene::with(World::with(|settings| settings.project_admins_set_shares = allowed).await).await;
        let services = &scene.world.services;
        let lead = scene.member("Lead").await;
        sqlx::query("update user_projects set is_project_admin = true where user_id = $1")
            .bind(lead.actor.user_id.0)
            .execute(services.pool())
            .await
            .expect("an update");
        let lead = scene.world.again(&lead).await.expect("signed in");
        let budget = scene.budget(Category::Cli, "100").await;
        let can: Can<SetMemberShares> = lead.can(Target::Project(scene.project)).expect("a project admin");
        let share = Share::new(money("0"), money("5")).expect("a share");
        let of = (budget.id, lead.actor.user_id);
        let set = allocations::set_share(services, &can, of, share, None, SharePrecondition::None).await;
        match allowed {
            true => set.expect("set"),
            false => assert!(matches!(refusal(set), Refusal::Forbidden(_))),
        }
        assert!(lead.can::<ManageBudgets>(Target::Project(scene.project)).is_err());
        let enforce: Can<EditProject> = lead.can(Target::Project(scene.project)).expect("a project admin");
        let edit = Edit::new(Precondition::None, |stored: ProjectDraft| {
            Ok(ProjectDraft { member_limits_enforced: true, ..stored })
        });
        assert!(matches!(refusal(projects::edit(services, &enforce, edit).await), Refusal::Forbidden(_)));
    }
}

#[tokio::test]
async fn list_holds_the_budgets_in_scope_in_one_statement() {
    let scene = Scene::create().await;
    let services = &scene.world.services;
    let (ada, bo) = (scene.member("Ada").await, scene.member("Bo").await);
    sqlx::query("update user_projects set is_project_admin = true where user_id = $1")
        .bind(ada.actor.user_id.0)
        .execute(services.pool())
        .await
        .expect("an update");
    scene.group("100", ["60", "40", ""]).await;
    let other = Scene {
        project: scene.world.project("borealis", &scene.mia).await,
        mia: scene.mia.clone(),
        world: scene.world,
    };
    other.budget(Category::Cli, "5").await;
    let services = &other.world.services;
    let list = async |caller: &Caller, filter: OwnBudgetFilter| {
        let caller = other.world.again(caller).await.expect("signed in");
        let scope = ReadScope::<ViewMemberShares>::of(&caller)?;
        let query = ListQuery { filter, descending: true, slice: Slice::default(), ..ListQuery::default() };
        let (listing, statements) = count_statements(project_budgets::list(services, &scope, &query)).await;
        let listing = listing.expect("a list");
        Ok::<_, Refusal>((listing.page.rows.len(), listing.total, statements))
    };
    assert_eq!(list(&other.mia, OwnBudgetFilter::default()).await, Ok((3, 3, 1)));
    assert_eq!(list(&ada, OwnBudgetFilter::default()).await, Ok((2, 2, 1)), "a project admin: the own project");
    assert!(list(&bo, OwnBudgetFilter::default()).await.is_err(), "a member reads none");
    let cli = OwnBudgetFilter { category: Some(Category::Cli), ..OwnBudgetFilter::default() };
    assert_eq!(list(&other.mia, cli).await, Ok((2, 2, 1)));
    let borealis =
        OwnBudgetFilter { project: ProjectName::parse("BOREALIS".to_lowercase().as_str()).ok(), category: None };
    assert_eq!(list(&other.mia, borealis).await, Ok((1, 1, 1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fixed_shares_set_at_once_never_sum_to_more_than_the_budget() {
    const AT_ONCE: usize = 8;
    let scene = Scene::create().await;
    let mut users: Vec<UserId> = Vec::new();
    for number in 0..AT_ONCE {
        users.push(scene.member(&format!("Member {number}")).await.actor.user_id);
    }
    let budget = scene.budget(Category::Cli, "100").await;
    for round in 0..rounds(20, 1000) {
        let tasks: Vec<_> = users
            .iter()
            .map(|user| {
                let (services, can, of) = (scene.world.services.clone(), scene.can_share(), (budget.id, *user));
                let share = Share::new(money("0"), money("30")).expect("a share");
                tokio::spawn(async move {
                    allocations::set_share(&services, &can, of, share, None, SharePrecondition::None).await
                })
            })
            .collect();
        let mut set = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(()) => set += 1,
                refused => assert_eq!(problem(refused, "hard_limit").code(), "fixed_shares_above_budget"),
            }
        }
        assert_eq!(set, 3, "round {round}: three shares of $30 fit into $100");
        sqlx::query("delete from member_allocations").execute(scene.world.services.pool()).await.expect("cleared");
    }
}
