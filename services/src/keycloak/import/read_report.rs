//! Reading the report: all rows in order for a file, a page of them for the screen.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::identity::Identity;
use domain::id::UserId;
use domain::import::{ImportResult, ImportRun, Outcome, ReportLine, ReportQuery, ReportRow, ReportTab};
use domain::page::{Direction, Page};
use domain::permission::ViewIdentityProvider;
use sqlx::{Postgres, QueryBuilder};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most rows that are read at one time for a file.
const ROWS: u32 = 1_000;

/// The rows after a place, at most 1,000; of all users or those of a tab.
///
/// # Errors
/// The database failed.
pub async fn report(
    services: &Services,
    import: Uuid,
    tab: Option<ReportTab>,
    after: Option<i32>,
) -> Result<Vec<ReportRow>, Error> {
    let place = after.map(|place| (Direction::After, place));
    rows(services, import, tab, place, ROWS).await
}

/// A page of the report, with the users of Bursar that its rows are about. Two statements.
///
/// # Errors
/// The database failed.
pub async fn report_page(
    services: &Services,
    _: &Can<ViewIdentityProvider>,
    run: &ImportRun,
    query: &ReportQuery,
) -> Result<Page<ReportLine>, Error> {
    // A place in the report of another run means nothing in this one.
    let cursor = query.cursor.as_ref().filter(|cursor| cursor.id == run.id);
    let place = cursor.and_then(|cursor| Some((cursor.direction, cursor.key.as_deref()?.parse().ok()?)));
    let found = rows(services, run.id, query.tab, place, u32::from(query.size.rows()) + 1).await?;
    let came_by = cursor.filter(|_| place.is_some());
    let page = Page::from_keyset(found, query.size, came_by, |row| (Some(row.place.to_string()), run.id));
    let mut users = users(services, &page.rows).await?;
    Ok(page.map(|row| ReportLine { user: users.remove(&row.subject), row }))
}

/// Those beside a place, the nearest first.
async fn rows(
    services: &Services,
    import: Uuid,
    tab: Option<ReportTab>,
    place: Option<(Direction, i32)>,
    limit: u32,
) -> Result<Vec<ReportRow>, Error> {
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "select place, subject, username, name, address, outcome, code, detail, is_over_limit, at
         from keycloak_import_users where import_id = ",
    );
    sql.push_bind(import);
    match tab {
        None => {}
        Some(ReportTab::Outcome(outcome)) => drop(sql.push(" and outcome = ").push_bind(outcome.key())),
        Some(ReportTab::OverLimit) => drop(sql.push(" and is_over_limit")),
    }
    let order = match place {
        Some((Direction::Before, place)) => {
            sql.push(" and place < ").push_bind(place);
            "desc"
        }
        Some((Direction::After, place)) => {
            sql.push(" and place > ").push_bind(place);
            "asc"
        }
        None => "asc",
    };
    sql.push(format_args!(" order by place {order} limit {limit}"));
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    rows.into_iter().map(Row::read).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    place: i32,
    subject: String,
    username: String,
    name: String,
    address: String,
    outcome: String,
    code: String,
    detail: String,
    is_over_limit: bool,
    at: OffsetDateTime,
}

impl Row {
    fn read(self) -> Result<ReportRow, Error> {
        let outcome = Outcome::from_key(&self.outcome)
            .ok_or_else(|| Error::Broken(format!("unknown outcome {}", self.outcome)))?;
        Ok(ReportRow {
            outcome,
            place: self.place,
            subject: self.subject,
            username: self.username,
            name: self.name,
            address: self.address,
            code: self.code,
            detail: self.detail,
            is_over_limit: self.is_over_limit,
            at: self.at,
        })
    }
}

/// The users of Bursar that rows are about, by the id in Keycloak: the same user, or the one who has the id or the address.
async fn users(services: &Services, rows: &[ReportRow]) -> Result<HashMap<String, UserId>, Error> {
    let subjects: Vec<String> = rows.iter().map(|row| row.subject.clone()).collect();
    let ids: Vec<Option<Uuid>> = rows.iter().map(|row| row.subject.parse().ok()).collect();
    let addresses: Vec<Option<String>> =
        rows.iter().map(|row| (row.code == ImportResult::ADDRESS_OF_ANOTHER).then(|| row.address.clone())).collect();
    let found = sqlx::query!(
        r#"select r.subject as "subject!", f.id as "id!"
           from unnest($1::text[], $2::uuid[], $3::text[]) r (subject, id, address)
           cross join lateral (
             select u.id from users u where lower(u.email) = lower(r.address)
             union all
             select i.user_id from user_identities i where i.issuer = $4 and i.subject = r.subject
             union all
             select u.id from users u where u.id = r.id
             limit 1) f"#,
        &subjects,
        &ids as _,
        &addresses as _,
        services.identity().map(Identity::issuer)
    )
    .fetch_all(&services.pool)
    .await?;
    Ok(found.into_iter().map(|row| (row.subject, UserId(row.id))).collect())
}
