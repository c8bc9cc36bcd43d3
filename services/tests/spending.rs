//! What was spent, as pages and files read it: from the daily totals, within the viewer's scope.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::budget::Category;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::money::NetAmount;
use domain::page::PageSize;
use domain::permission::ViewSpend;
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::spending::{Breakdown, DayRange, Period, SpendRow, Spender, Spending, SpendingQuery};
use services::guard::Caller;
use services::testing::{World, count_statements, refusal};
use services::views::ReadScope;
use services::views::spending::{self, STATEMENTS};
use time::macros::date;
use time::{Date, Duration};
use uuid::Uuid;

/// Two days of the month of the clock, 2 March 2026, and one in February.
const FIRST: Date = date!(2026 - 03 - 01);
const SECOND: Date = date!(2026 - 03 - 02);
const FEBRUARY: Date = date!(2026 - 02 - 01);

fn net(raw: &str) -> NetAmount {
    NetAmount::new(raw.parse().expect("a decimal"))
}

/// Adds to the daily totals, as events do.
async fn spend(
    world: &World,
    day: Date,
    user: Option<UserId>,
    project: Option<ProjectId>,
    (category, model): (&str, &str),
    amount: &str,
) {
    sqlx::query(
        "insert into spend_days (day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events)
         values ($1, $2, $3, $4, $5, $6::text::numeric, 0, 0, 1)",
    )
    .bind(day)
    .bind(category)
    .bind(project.map(|project| project.0))
    .bind(user.map(|user| user.0))
    .bind(model)
    .bind(amount)
    .execute(world.services.pool())
    .await
    .expect("a row of its own");
}

fn scope(caller: &Caller) -> ReadScope<ViewSpend> {
    ReadScope::<ViewSpend>::of(caller).expect("may see spend")
}

async fn page(world: &World, caller: &Caller, query: SpendingQuery) -> Spending {
    spending::page(&world.services, &scope(caller), &query).await.expect("a page")
}

fn by(by: Breakdown) -> SpendingQuery {
    SpendingQuery { by, ..SpendingQuery::default() }
}

/// "title amount previous" of rows.
fn told(rows: &[SpendRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {} {}", row.spender.title(), row.amount, row.previous)).collect()
}

/// Two projects with an administrator each, a personal project, and a maintainer who sees all.
struct Office {
    world: World,
    maintainer: Caller,
    ada: Caller,
    bob: Caller,
    atlas: ProjectId,
    tutor: ProjectId,
}

async fn office() -> Office {
    let world = World::create().await;
    let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let (atlas, tutor) = (world.project("atlas", &ada).await, world.project("tutor", &bob).await);
    let own = world.personal_project(&bob).await;
    let [ada_id, bob_id] = [&ada, &bob].map(|caller| Some(caller.actor.user_id));
    spend(&world, FIRST, ada_id, Some(atlas), ("platform", "opus"), "10.000000001").await;
    spend(&world, FIRST, bob_id, Some(atlas), ("cli", "sonnet"), "2").await;
    spend(&world, SECOND, bob_id, Some(tutor), ("cli", "sonnet"), "5").await;
    spend(&world, SECOND, bob_id, Some(own), ("premium_models", ""), "0.5").await;
    spend(&world, SECOND, bob_id, None, ("platform", "opus"), "0.25").await;
    spend(&world, SECOND, None, Some(tutor), ("cli", "sonnet"), "-1").await;
    spend(&world, FEBRUARY, bob_id, Some(tutor), ("cli", "sonnet"), "40").await;
    let ada = world.again(&ada).await.expect("signed in");
    let bob = world.again(&bob).await.expect("signed in");
    Office { maintainer, ada, bob, atlas, tutor, world }
}

#[tokio::test]
async fn totals_are_the_exact_sums_by_day_and_category() {
    let office = office().await;
    let page = page(&office.world, &office.maintainer, SpendingQuery::default()).await;
    assert_eq!(page.days, DayRange::month_of(FIRST));
    let days: Vec<_> = page.by_day.iter().map(|day| (day.day, day.amounts.total())).collect();
    assert_eq!(days, [(FIRST, net("12.000000001")), (SECOND, net("4.75"))]);
    let amounts = page.amounts();
    assert_eq!(amounts.of(Category::Platform), net("10.250000001"));
    assert_eq!(amounts.of(Category::Cli), net("6"));
    assert_eq!(amounts.of(Category::PremiumModels), net("0.5"));
    assert_eq!(page.previous.total(), net("40"), "1 and 2 February");
    assert!(page.has_spend);
}

#[tokio::test]
async fn breakdowns_divide_the_same_total() {
    let office = office().await;
    let rows = async |of| page(&office.world, &office.maintainer, by(of)).await.rows.rows;
    let projects = rows(Breakdown::Project).await;
    assert_eq!(told(&projects), ["atlas 12.000000001 0", "tutor 4 40", "Personal projects 0.5 0", "No project 0.25 0"]);
    assert_eq!(told(&rows(Breakdown::User).await), ["Ada 10.000000001 0", "Bob 7.75 40", "No user -1 0"]);
    assert_eq!(told(&rows(Breakdown::Category).await), ["Platform 10.250000001 0", "CLI 6 40", "Premium models 0.5 0"]);
    assert_eq!(told(&rows(Breakdown::Model).await), ["opus 10.250000001 0", "sonnet 6 40", "Unknown model 0.5 0"]);
    for of in Breakdown::ALL {
        let total: NetAmount = rows(of).await.iter().map(|row| row.amount).sum();
        assert_eq!(total, net("16.750000001"), "{of:?}");
    }
}

/// Reports elsewhere that widened each day by its neighbors told twice the spend for single days.
#[tokio::test]
async fn single_days_add_up_to_their_period() {
    let office = office().await;
    let of_days = async |days| {
        let query = SpendingQuery { period: Period::Between(days), ..SpendingQuery::default() };
        let page = page(&office.world, &office.maintainer, query).await;
        let listed: NetAmount = page.rows.rows.iter().map(|row| row.amount).sum();
        assert_eq!(listed, page.amounts().total(), "{days:?}");
        listed
    };
    let mut sum = NetAmount::ZERO;
    let all = DayRange::new(FEBRUARY, SECOND).expect("days");
    for day in all.days() {
        sum = sum + of_days(DayRange::ending(day, 1)).await;
    }
    assert_eq!(sum, of_days(all).await);
    assert_eq!(sum, net("56.750000001"));
}

#[tokio::test]
async fn movers_are_the_largest_changes_in_either_direction() {
    let office = office().await;
    let page = page(&office.world, &office.maintainer, SpendingQuery::default()).await;
    assert_eq!(
        told(&page.movers),
        ["tutor 4 40", "atlas 12.000000001 0", "Personal projects 0.5 0", "No project 0.25 0"]
    );
}

#[tokio::test]
async fn filters_narrow_every_part_of_the_page() {
    let office = office().await;
    let tutor = ProjectName::parse_existing("Tutor").ok();
    let query = SpendingQuery { project: tutor, ..by(Breakdown::User) };
    let of_tutor = page(&office.world, &office.maintainer, query).await;
    assert_eq!(told(&of_tutor.rows.rows), ["Bob 5 40", "No user -1 0"]);
    assert_eq!((of_tutor.amounts().total(), of_tutor.project.as_deref()), (net("4"), Some("tutor")));
    let query = SpendingQuery {
        user: Some(office.bob.actor.user_id),
        category: Some(Category::Cli),
        ..SpendingQuery::default()
    };
    let of_bob = page(&office.world, &office.maintainer, query).await;
    assert_eq!(told(&of_bob.rows.rows), ["tutor 5 40", "atlas 2 0"]);
    assert_eq!((of_bob.amounts().total(), of_bob.user.as_deref()), (net("7"), Some("Bob")));
    let query = SpendingQuery { project: ProjectName::parse_existing("no such").ok(), ..SpendingQuery::default() };
    let of_nothing = page(&office.world, &office.maintainer, query).await;
    assert!(of_nothing.rows.rows.is_empty() && of_nothing.project.is_none() && of_nothing.has_spend);
}

#[tokio::test]
async fn project_admin_sees_the_spend_of_administered_projects_alone() {
    let office = office().await;
    let own = page(&office.world, &office.ada, by(Breakdown::User)).await;
    assert_eq!(told(&own.rows.rows), ["Ada 10.000000001 0", "Bob 2 0"]);
    assert_eq!(own.amounts().total(), net("12.000000001"));
    assert_eq!(
        told(&page(&office.world, &office.ada, by(Breakdown::Project)).await.rows.rows),
        ["atlas 12.000000001 0"]
    );

    let foreign = SpendingQuery { project: ProjectName::parse_existing("tutor").ok(), ..SpendingQuery::default() };
    let foreign = page(&office.world, &office.ada, foreign).await;
    assert!(foreign.rows.rows.is_empty() && foreign.by_day.is_empty());
    assert_eq!(foreign.project, None, "not even the name of another project");
    let hidden = SpendingQuery { user: Some(office.maintainer.actor.user_id), ..SpendingQuery::default() };
    assert_eq!(page(&office.world, &office.ada, hidden).await.user, None, "nor that of a user elsewhere");

    let (_, rows) =
        spending::all_rows(&office.world.services, &scope(&office.bob), &SpendingQuery::default()).await.expect("rows");
    assert_eq!(told(&rows), ["tutor 4 40"]);
}

#[tokio::test]
async fn members_and_external_project_admins_see_no_spend() {
    let office = office().await;
    let member = office.world.person("Member", PlatformRole::User).await;
    office.world.member(office.atlas, member.actor.user_id, ProjectRole::Member).await;
    let external = office.world.person("External", PlatformRole::User).await;
    office.world.member(office.tutor, external.actor.user_id, ProjectRole::Admin).await;
    office.world.run("update users set user_type = 'external' where name = 'External'").await;
    for caller in [member, external] {
        let caller = office.world.again(&caller).await.expect("signed in");
        assert!(matches!(ReadScope::<ViewSpend>::of(&caller), Err(Refusal::Forbidden(_))), "{caller:?}");
    }
    for role in [PlatformRole::Admin, PlatformRole::Auditor] {
        let caller = office.world.person(&format!("The {role:?}"), role).await;
        assert_eq!(page(&office.world, &caller, SpendingQuery::default()).await.amounts().total(), net("16.750000001"));
    }
}

#[tokio::test]
async fn deleted_users_and_projects_keep_their_spend() {
    let office = office().await;
    let gone = UserId(Uuid::from_u128(77));
    let project = ProjectId(Uuid::from_u128(78));
    spend(&office.world, SECOND, Some(gone), Some(project), ("cli", "sonnet"), "100").await;
    office.world.run("update projects set deleted_at = created_at where name = 'atlas'").await;
    let users = page(&office.world, &office.maintainer, by(Breakdown::User)).await;
    assert_eq!(users.rows.rows[0].spender, Spender::DeletedUser(gone));
    let projects = page(&office.world, &office.maintainer, by(Breakdown::Project)).await.rows.rows;
    assert_eq!(projects[0].spender, Spender::DeletedProject(project));
    assert!(matches!(&projects[1].spender, Spender::Project { title, is_open: false, .. } if title == "atlas"));
}

#[tokio::test]
async fn pages_of_the_breakdown_hold_every_row_once() {
    let office = office().await;
    for number in 0..30u32 {
        let (user, amount) = (UserId(Uuid::from_u128(u128::from(number) + 1000)), (number / 3).to_string());
        spend(&office.world, SECOND, Some(user), None, ("cli", "sonnet"), &amount).await;
    }
    let size = PageSize::new(7).expect("in range");
    let mut query = SpendingQuery { size, ..by(Breakdown::User) };
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = page(&office.world, &office.maintainer, query.clone()).await;
        assert_eq!(page.row_count, 30, "three of the new rows are zero, and three rows were there");
        let (others, amount) = page.other_rows().expect("other pages");
        assert_eq!(others, 30 - i64::try_from(page.rows.rows.len()).expect("few"));
        let shown: NetAmount = page.rows.rows.iter().map(|row| row.amount).sum();
        assert_eq!(shown + amount, page.amounts().total());
        seen.extend(page.rows.rows);
        pages += 1;
        query.cursor = page.rows.next;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, 5);
    let query = SpendingQuery { cursor: None, ..query };
    let (_, all) = spending::all_rows(&office.world.services, &scope(&office.maintainer), &query).await.expect("rows");
    let amounts = |rows: &[SpendRow]| rows.iter().map(|row| (row.amount, row.spender.detail())).collect::<Vec<_>>();
    assert_eq!(amounts(&seen), amounts(&all));
    assert!(all.iter().all(|row| row.by_category.total() == row.amount));
}

#[tokio::test]
async fn empty_page_of_the_breakdown_still_shows_what_was_spent() {
    let office = office().await;
    let mut query = SpendingQuery { size: PageSize::new(1).expect("in range"), ..by(Breakdown::Category) };
    let mut last = page(&office.world, &office.maintainer, query.clone()).await;
    while let Some(cursor) = last.rows.next.take() {
        query.cursor = Some(cursor);
        last = page(&office.world, &office.maintainer, query.clone()).await;
    }
    let Spender::Category(smallest) = last.rows.rows[0].spender else { panic!("{:?}", last.rows) };
    let statement = sqlx::query("delete from spend_days where category = $1").bind(smallest.key());
    statement.execute(office.world.services.pool()).await.expect("deleted");
    let page = page(&office.world, &office.maintainer, query).await;
    assert_eq!((page.rows.rows.len(), page.is_empty()), (0, false), "there are rows before the cursor");
}

#[tokio::test]
async fn number_of_statements_is_fixed() {
    let office = office().await;
    let counted = async |query: &SpendingQuery| {
        let (page, count) =
            count_statements(spending::page(&office.world.services, &scope(&office.maintainer), query)).await;
        page.expect("a page");
        count
    };
    let week = Period::Between(DayRange::ending(SECOND - Duration::days(400), 7));
    for query in [by(Breakdown::User), by(Breakdown::Model), SpendingQuery { period: week, ..by(Breakdown::Project) }] {
        assert_eq!(counted(&query).await, STATEMENTS);
    }
}

#[tokio::test]
async fn spending_does_not_exist_while_budgets_are_switched_off() {
    let world = World::with(|settings| settings.budgets = false).await;
    let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
    let answer = spending::page(&world.services, &scope(&maintainer), &SpendingQuery::default()).await;
    assert_eq!(refusal(answer), Refusal::NotFound);
}
