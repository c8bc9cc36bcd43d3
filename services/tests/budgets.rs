//! Making, editing and listing budgets.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, BudgetQuery, BudgetRow, BudgetSort, Category};
use domain::draft::{Edit, EditBasis, Precondition, Side};
use domain::error::Refusal;
use domain::id::BudgetId;
use domain::page::PageSize;
use domain::permission::{ManageBudgets, ViewBudgets};
use domain::project::ProjectName;
use domain::role::PlatformRole;
use domain::text::SearchTerm;
use domain::violation::Violation;
use services::guard::{Caller, Can};
use services::testing::{World, conflict, problem, refusal};
use services::{budgets, views};
use uuid::Uuid;

fn draft(name: &str, category: &str, soft: &str, hard: &str) -> BudgetDraft {
    BudgetDraft::parse(name, category, soft, hard, "30d").expect("a good draft")
}

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

fn manages(caller: &Caller) -> Can<ManageBudgets> {
    caller.can(Target::Platform).expect("a maintainer")
}

fn views(caller: &Caller) -> Can<ViewBudgets> {
    caller.can(Target::Platform).expect("may see budgets")
}

async fn create(world: &World, by: &Caller, name: &str, category: &str) -> BudgetId {
    budgets::create(&world.services, &manages(by), None, &draft(name, category, "40", "50")).await.expect("made")
}

async fn detail(world: &World, by: &Caller, budget: BudgetId) -> domain::budget::BudgetDetail {
    views::budgets::detail(&world.services, &views(by), budget).await.expect("there")
}

#[tokio::test]
async fn a_budget_is_made_and_audited_with_all_its_fields() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let id = budgets::create(&world.services, &manages(&mia), None, &draft("Leads", "premium_models", "0.50", "1,250"))
        .await
        .expect("made");
    let row = detail(&world, &mia, id).await.budget;
    assert_eq!((row.name.as_str(), row.category, row.version), ("Leads", Category::PremiumModels, 1));
    assert_eq!((row.limits.soft().exact(), row.limits.hard().exact()), ("$0.50".to_owned(), "$1,250.00".to_owned()));
    assert_eq!((row.period.to_string(), row.user_count, row.project_count), ("30d".to_owned(), 0, 0));
    let (action, actor, lines) = world.audit(id.0).await.remove(0);
    assert_eq!((action.as_str(), actor.as_str()), ("budget.created", "mia@example.com"));
    assert_eq!(
        lines,
        [
            "name: - -> Leads",
            "category: - -> premium_models",
            "soft_limit: - -> 0.50",
            "hard_limit: - -> 1250.00",
            "period: - -> 30d",
            "calendar: - -> false",
            "time_zone: - -> UTC"
        ]
    );
}

#[tokio::test]
async fn a_name_in_use_is_a_problem_at_its_field_whatever_its_case() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    create(&world, &mia, "Leads", "cli").await;
    let other = create(&world, &mia, "Others", "cli").await;
    let made = budgets::create(&world.services, &manages(&mia), None, &draft("LEADS", "platform", "1", "2")).await;
    assert_eq!(problem(made, "name"), Violation::BudgetNameTaken);
    let edited =
        budgets::edit(&world.services, &manages(&mia), other, Edit::of_version(1, draft("leads", "cli", "1", "2")))
            .await;
    assert_eq!(problem(edited, "name"), Violation::BudgetNameTaken);
}

#[tokio::test]
async fn an_edit_is_audited_per_field_and_equal_values_change_nothing() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let id = create(&world, &mia, "Leads", "cli").await;
    world.clock.advance(time::Duration::minutes(1));
    for _ in 0..2 {
        budgets::edit(
            &world.services,
            &manages(&mia),
            id,
            Edit::of_version(1, draft("Leads", "platform", "40.00", "60")),
        )
        .await
        .expect("saved");
    }
    let row = detail(&world, &mia, id).await.budget;
    assert_eq!((row.category, row.version, row.updated_at), (Category::Platform, 2, world.clock.now()));
    let audit = world.audit(id.0).await;
    assert_eq!(audit.len(), 2);
    assert_eq!(audit[1].0, "budget.edited");
    assert_eq!(audit[1].2, ["category: cli -> platform", "hard_limit: 50.00 -> 60.00"]);
}

/// The version and the values with which a page renders the form of a budget.
async fn rendered(world: &World, by: &Caller, id: BudgetId) -> (i64, EditBasis) {
    let row = detail(world, by, id).await.budget;
    let base = row.form_fields().into_iter().map(|field| (field.name.to_owned(), field.value.typed)).collect();
    (row.version, EditBasis { base, ..EditBasis::default() })
}

/// The form of a budget as a page renders it, with these changes.
async fn form(world: &World, by: &Caller, id: BudgetId, draft: BudgetDraft) -> Edit<BudgetDraft> {
    let (version, basis) = rendered(world, by, id).await;
    Edit::whole(Precondition::FormVersion { version, basis }, draft)
}

#[tokio::test]
async fn stale_form_keeps_changes_of_other_fields_and_says_whose() {
    let world = World::create().await;
    let (mia, max) =
        (world.person("Mia", PlatformRole::Maintainer).await, world.person("Max", PlatformRole::Maintainer).await);
    let id = create(&world, &mia, "Leads", "cli").await;
    let mine = form(&world, &mia, id, draft("Leads", "cli", "40", "60")).await;
    world.clock.advance(time::Duration::minutes(1));
    let period = BudgetDraft::parse("Leads", "cli", "40", "50", "7d").expect("a draft");
    let by_max = form(&world, &max, id, period).await;
    budgets::edit(&world.services, &manages(&max), id, by_max).await.expect("first");
    world.clock.advance(time::Duration::minutes(1));
    let other_tab =
        form(&world, &mia, id, BudgetDraft::parse("Heads", "cli", "40", "50", "7d").expect("a draft")).await;
    budgets::edit(&world.services, &manages(&mia), id, other_tab).await.expect("second");

    let merge = budgets::edit(&world.services, &manages(&mia), id, mine).await.expect("nothing to choose");
    assert_eq!(
        merge.notice("Budget saved."),
        "Saved. Your other tab's change of the name is kept. Max's change of the reset period is kept."
    );
    let row = detail(&world, &mia, id).await.budget;
    assert_eq!(
        (row.name.as_str(), row.limits.hard().exact(), row.period.to_string()),
        ("Heads", "$60.00".into(), "7d".into())
    );
    assert_eq!(world.audit(id.0).await.last().expect("an event").2, ["hard_limit: 50.00 -> 60.00"]);
}

#[tokio::test]
async fn same_field_changed_twice_is_saved_only_after_a_choice() {
    let world = World::create().await;
    let (mia, max) =
        (world.person("Mia", PlatformRole::Maintainer).await, world.person("Max", PlatformRole::Maintainer).await);
    let id = create(&world, &mia, "Leads", "cli").await;
    let (version, mut basis) = rendered(&world, &mia, id).await;
    let mine = |basis: &EditBasis| {
        let precondition = Precondition::FormVersion { version, basis: basis.clone() };
        Edit::whole(precondition, draft("Leads", "cli", "40", "80"))
    };
    world.clock.advance(time::Duration::minutes(1));
    let by_max = form(&world, &max, id, draft("Leads", "cli", "40", "99")).await;
    budgets::edit(&world.services, &manages(&max), id, by_max).await.expect("first");

    let shown = conflict(budgets::edit(&world.services, &manages(&mia), id, mine(&basis)).await);
    assert_eq!((shown.saved.name.as_str(), shown.saved.at, shown.version), ("Max", world.clock.now(), 2));
    assert_eq!(shown.open_labels(), ["Hard limit"]);
    let field = &shown.fields[3];
    assert_eq!((field.yours.shown.as_str(), field.theirs.shown.as_str()), ("$80.00", "$99.00"));

    // Sent from the conflict page without a choice.
    basis.offered = [("hard_limit".to_owned(), field.theirs.typed.clone())].into();
    let refused = conflict(budgets::edit(&world.services, &manages(&mia), id, mine(&basis)).await);
    assert_eq!(refused.problems.at("hard_limit").expect("a problem").code(), "choice_missing");
    assert_eq!(detail(&world, &mia, id).await.budget.limits.hard().exact(), "$99.00", "nothing was saved");

    // A third save between the page and the choice.
    basis.choice = [("hard_limit".to_owned(), Side::Mine)].into();
    let third = form(&world, &max, id, draft("Leads", "cli", "40", "70")).await;
    budgets::edit(&world.services, &manages(&max), id, third).await.expect("third");
    let again = conflict(budgets::edit(&world.services, &manages(&mia), id, mine(&basis)).await);
    assert_eq!(again.fields[3].theirs.shown, "$70.00");
    assert!(again.needs_choice(), "the choice was between other values");

    basis.offered = [("hard_limit".to_owned(), again.fields[3].theirs.typed.clone())].into();
    let merge = budgets::edit(&world.services, &manages(&mia), id, mine(&basis)).await.expect("chosen");
    assert_eq!(merge.notice(""), "Saved. Your hard limit replaces Max's.");
    assert_eq!(detail(&world, &mia, id).await.budget.limits.hard().exact(), "$80.00");

    budgets::edit(&world.services, &manages(&mia), id, mine(&basis)).await.expect("sent twice");
    assert_eq!(detail(&world, &mia, id).await.budget.version, 4, "the second changes nothing");
    let gone = BudgetId(Uuid::from_u128(7));
    let edit = Edit::of_version(1, draft("X", "cli", "1", "2"));
    assert_eq!(refusal(budgets::edit(&world.services, &manages(&mia), gone, edit).await), Refusal::NotFound);
}

#[tokio::test]
async fn merge_of_limits_that_cross_names_the_field_and_saves_nothing() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let id = create(&world, &mia, "Leads", "cli").await;
    let lower_hard = form(&world, &mia, id, draft("Leads", "cli", "40", "45")).await;
    let higher_soft = form(&world, &mia, id, draft("Leads", "cli", "48", "50")).await;
    budgets::edit(&world.services, &manages(&mia), id, higher_soft).await.expect("first");
    let shown = conflict(budgets::edit(&world.services, &manages(&mia), id, lower_hard).await);
    assert!(!shown.needs_choice());
    let crossed = Violation::SoftLimitAboveHard { above: "$3.00".to_owned(), hard: "$45.00".to_owned() };
    assert_eq!(shown.problems.at("soft_limit"), Some(&crossed));
    assert_eq!(detail(&world, &mia, id).await.budget.version, 2, "nothing was saved");
}

#[tokio::test]
async fn the_list_searches_filters_and_counts() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let auditor = world.person("Otto", PlatformRole::Auditor).await;
    let leads = create(&world, &mia, "Leads 100%", "cli").await;
    create(&world, &mia, "Standard", "platform").await;
    budgets::assign_to_user(&world.services, &manages(&mia), leads, auditor.actor.user_id).await.expect("assigned");
    let names = async |query: BudgetQuery| {
        let page = views::budgets::list(&world.services, &views(&auditor), &query).await.expect("a list");
        page.rows.into_iter().map(|row| (row.name, row.user_count)).collect::<Vec<_>>()
    };
    let search = |raw: &str| BudgetQuery { search: SearchTerm::parse(raw).ok(), ..BudgetQuery::default() };
    let both = [("Leads 100%".to_owned(), 1), ("Standard".to_owned(), 0)];
    assert_eq!(names(BudgetQuery::default()).await, both);
    assert_eq!(names(search("LEADS")).await, both[..1]);
    assert_eq!(names(search("0%")).await, both[..1]);
    assert_eq!(names(search("_")).await, []);
    assert_eq!(names(BudgetQuery { category: Some(Category::Platform), ..BudgetQuery::default() }).await, both[1..]);
    for role in [PlatformRole::User, PlatformRole::Admin] {
        let person = world.person(role.title(), role).await;
        assert!(matches!(person.can::<ManageBudgets>(Target::Platform), Err(Refusal::Forbidden(_))));
        assert_eq!(person.can::<ViewBudgets>(Target::Platform).is_ok(), role == PlatformRole::Admin);
    }
}

#[tokio::test]
async fn every_budget_stands_on_one_page_despite_ties() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    sqlx::raw_sql(
        "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, updated_at)
         select gen_random_uuid(), 'Budget ' || n, 'cli', 1, 1 + n % 3, 60, timestamptz '2026-01-01' + (n % 2) * interval '1 day'
         from generate_series(1, 23) n",
    )
    .execute(world.services.pool())
    .await
    .expect("budgets");
    for sort in [BudgetSort::Name, BudgetSort::HardLimit, BudgetSort::Updated] {
        for descending in [false, true] {
            let size = PageSize::new(4).expect("a size");
            let query = BudgetQuery { sort, descending, size, ..BudgetQuery::default() };
            let pages = walk(&world, &mia, query).await;
            let mut ids: Vec<_> = pages.iter().flatten().map(|row| row.id).collect();
            assert_eq!(ids.len(), 23, "{sort:?}");
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), 23, "{sort:?}");
            let keys: Vec<_> = pages.iter().flatten().map(|row| (row.limits.hard(), row.updated_at)).collect();
            let sorted = keys.windows(2).all(|pair| match (sort, descending) {
                (BudgetSort::Name | BudgetSort::Created, _) => true,
                (BudgetSort::HardLimit, false) => pair[0].0 <= pair[1].0,
                (BudgetSort::HardLimit, true) => pair[0].0 >= pair[1].0,
                (BudgetSort::Updated, false) => pair[0].1 <= pair[1].1,
                (BudgetSort::Updated, true) => pair[0].1 >= pair[1].1,
            });
            assert!(sorted, "{sort:?} {descending}");
        }
    }
}

/// All pages forward, after checking that the way back shows the same.
async fn walk(world: &World, caller: &Caller, mut query: BudgetQuery) -> Vec<Vec<BudgetRow>> {
    let mut pages = Vec::new();
    let mut previous = None;
    loop {
        let page = views::budgets::list(&world.services, &views(caller), &query).await.expect("a page");
        if let Some(before) = &page.previous {
            let back = BudgetQuery { cursor: Some(before.clone()), ..query.clone() };
            let back = views::budgets::list(&world.services, &views(caller), &back).await.expect("the page before");
            assert_eq!(Some(&back.rows), previous.as_ref());
        }
        pages.push(page.rows.clone());
        previous = Some(page.rows);
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn switched_off_budgets_are_nowhere() {
    let world = World::with(|settings| settings.budgets = false).await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let (manage, view) = (manages(&mia), views(&mia));
    let (services, id, person) = (&world.services, BudgetId(Uuid::from_u128(7)), mia.actor.user_id);
    let atlas = named("atlas");
    let refusals = [
        refusal(views::budgets::list(services, &view, &BudgetQuery::default()).await),
        refusal(views::budgets::detail(services, &view, id).await),
        refusal(budgets::create(services, &manage, None, &draft("X", "cli", "1", "2")).await),
        refusal(budgets::edit(services, &manage, id, Edit::of_version(1, draft("X", "cli", "1", "2"))).await),
        refusal(budgets::assign_to_user(services, &manage, id, person).await),
        refusal(budgets::assign_to_project(services, &manage, id, &atlas).await),
        refusal(budgets::unassign_user(services, &manage, person, Category::Cli).await),
        refusal(budgets::unassign_project(services, &manage, &atlas, Category::Cli).await),
    ];
    assert!(refusals.iter().all(|refusal| *refusal == Refusal::NotFound), "{refusals:?}");
    let see = mia.can(Target::Platform).expect("may see people");
    let page = views::user_page::load(services, &see, person).await.expect("a page");
    assert_eq!(page.budgets, []);
}
