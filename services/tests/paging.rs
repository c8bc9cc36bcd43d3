//! Paging through a list that others change meanwhile: who is there all the time stands on exactly one page.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::page::{Cursor, PageSize};
use domain::permission::ViewUsers;
use domain::role::PlatformRole;
use domain::user::{UserKind, UserQuery, UserSort};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use services::guard::Can;
use services::testing::{World, rounds};
use services::views;
use std::collections::HashMap;

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Event {
    /// Somebody of this key is added.
    Insert(u8),
    /// Somebody who came meanwhile, or was there and is not followed, goes away.
    Delete(usize),
}

/// A list, how it is read, and what happens meanwhile.
#[derive(Clone, Debug)]
struct Story {
    stay: Vec<u8>,
    go: Vec<u8>,
    kind: Option<UserKind>,
    sort: UserSort,
    descending: bool,
    size: u16,
    events: Vec<Event>,
}

/// Keys are few, so that most of them are ties.
fn stories() -> impl Strategy<Value = Story> {
    let keys = |most| prop::collection::vec(0u8..4, 0..most);
    let sort = prop::sample::select(vec![UserSort::Name, UserSort::Created, UserSort::LastSignIn]);
    let kind = prop::sample::select(vec![None, Some(UserKind::Regular), Some(UserKind::External)]);
    let event = prop_oneof![(0u8..4).prop_map(Event::Insert), (0usize..20).prop_map(Event::Delete)];
    (keys(30), keys(15), kind, sort, any::<bool>(), 1u16..8, prop::collection::vec(event, 0..20)).prop_map(
        |(stay, go, kind, sort, descending, size, events)| Story { stay, go, kind, sort, descending, size, events },
    )
}

/// A user with a key: the name, the day of creation and of the last sign-in follow it; none is no sign-in at all. The
/// names are equal in all but the last levels of the collation, or in bytes alone. An address with an even number is that
/// of an external user.
async fn insert(world: &World, key: u8, email: &str) {
    sqlx::query(
        "insert into users (id, name, email, user_type, created_at, last_sign_in_at)
         values (gen_random_uuid(), (array['Emile', 'Émile', E'E\\u0301mile', 'émile'])[1 + $1], $2,
                 case when $2 ~ '[02468][.]' then 'external' else 'regular' end, date '2026-01-01' + $1,
                 case when $1 > 0 then date '2026-01-01' + $1 end)",
    )
    .bind(i32::from(key))
    .bind(email)
    .execute(world.services.pool())
    .await
    .expect("somebody new");
}

async fn tell(world: &World, can: &Can<ViewUsers>, story: &Story) -> Result<(), TestCaseError> {
    sqlx::query("delete from users where email like '%.story@example.com'")
        .execute(world.services.pool())
        .await
        .expect("the last story is over");
    let mut passing = Vec::new();
    for (number, key) in story.stay.iter().enumerate() {
        insert(world, *key, &format!("stays{number}.story@example.com")).await;
    }
    for (number, key) in story.go.iter().enumerate() {
        passing.push(format!("goes{number}.story@example.com"));
        insert(world, *key, &passing[number]).await;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut events = story.events.iter().enumerate();
    let mut cursor: Option<Cursor> = None;
    loop {
        let query = UserQuery {
            kind: story.kind,
            sort: story.sort,
            descending: story.descending,
            size: PageSize::new(story.size).expect("in range"),
            cursor: cursor.take(),
            ..UserQuery::default()
        };
        let page = views::users::list(&world.services, can, &query).await.expect("a page");
        for row in page.rows {
            *seen.entry(row.email).or_default() += 1;
        }
        match events.next() {
            Some((number, Event::Insert(key))) => {
                passing.push(format!("comes{number}.story@example.com"));
                insert(world, *key, passing.last().expect("just pushed")).await;
            }
            Some((_, Event::Delete(which))) if !passing.is_empty() => {
                let email = passing.swap_remove(which % passing.len());
                sqlx::query("delete from users where email = $1")
                    .bind(email)
                    .execute(world.services.pool())
                    .await
                    .expect("gone");
            }
            _ => {}
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    for number in 0..story.stay.len() {
        let email = format!("stays{number}.story@example.com");
        let is_listed = story.kind.is_none_or(|kind| (kind == UserKind::External) == number.is_multiple_of(2));
        let times = seen.get(&email).copied().unwrap_or_default();
        prop_assert_eq!(times, usize::from(is_listed), "{} stands on one page", email);
    }
    for (email, times) in seen {
        prop_assert!(times == 1, "{} stands on {} pages", email, times);
    }
    Ok(())
}

#[test]
fn who_is_there_all_the_time_stands_on_exactly_one_page() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _inside = runtime.enter();
    let world = runtime.block_on(World::create());
    let reader = runtime.block_on(world.person("Reader", PlatformRole::Admin));
    let can = reader.can::<ViewUsers>(Target::Platform).expect("an admin");
    let cases = u32::try_from(rounds(60, 2000)).expect("small");
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner.run(&stories(), |story| runtime.block_on(tell(&world, &can, &story))).expect("no story goes wrong");
}
