//! The import of a realm whose users, and whose users in Bursar, change while it runs.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test ends with the reason of what it met")]

mod edits;
mod passes;
mod realm;
mod starts;

use domain::import::{ImportProgress, ReportRow};
use realm::Stub;
use services::keycloak::import::{self, ImportError, Started, StartedBy};
use services::testing::World;
use sqlx::Row as _;
use std::collections::BTreeMap;
use time::Duration;

/// Starts an import, later than all before it: their order is that of their ids, which the clock gives.
async fn start(world: &World, realm: &Stub, is_forced: bool) -> Result<Started, ImportError> {
    world.clock.advance(Duration::seconds(1));
    import::apply(&world.services, &realm.source(), is_forced, StartedBy::Operator, &mut |_| {}).await
}

async fn apply(world: &World, realm: &Stub, is_forced: bool) -> ImportProgress {
    match start(world, realm, is_forced).await.expect("an import") {
        Started::Done(progress) => progress,
        other => panic!("{other:?}"),
    }
}

/// The report of the last plan or import, by username.
async fn report(world: &World) -> BTreeMap<String, ReportRow> {
    let (id, _) = import::latest(&world.services).await.expect("the database answers").expect("an import");
    let (mut rows, mut after) = (BTreeMap::new(), None);
    loop {
        let page = import::report(&world.services, id, None, after).await.expect("a report");
        let Some(last) = page.last() else { return rows };
        after = Some(last.place);
        rows.extend(page.into_iter().map(|row| (row.username.clone(), row)));
    }
}

async fn number(world: &World, sql: &'static str) -> usize {
    let row = sqlx::query(sql).fetch_one(world.services.pool()).await.expect("a row");
    usize::try_from(row.get::<i64, _>(0)).expect("a number")
}
