//! The anomalies of the access matrix.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use domain::access_anomaly::{
    Acceptance, Anomalies, AnomalyGap, AnomalyPage, AnomalyQuery, AnomalyRow, AnomalyState, MAX_ANOMALIES,
    MAX_NAMED_USERS, STALE, day, usual_end,
};
use domain::access_matrix::AnomalyRule;
use domain::count::MAX_EXACT_COUNT;
use domain::doctor::Severity;
use domain::error::Refusal;
use domain::id::AnomalyId;
use domain::overview::HighAnomalies;
use domain::permission::ViewAccessMatrix;
use sqlx::types::Json;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// An anomaly with its state on the day `$1`.
macro_rules! select {
    ($rest:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select a.id, a.realm, a.rule, a.severity, a.title, a.explanation, a.paths as "paths: Json<Vec<String>>", a.owner,
                      coalesce(s.started_at, s.requested_at) as "since!", a.state as "state!", a.version,
                      a.accepted_by, a.accepted_at, a.accepted_until, a.accepted_reason, a.is_exceeded
               from (select *, access_anomaly_state(x, $1) as state from access_anomalies x) a
               join access_snapshots s on s.number = a.since_snapshot "#
                + $rest,
            $($argument),*
        )
    };
}

struct Row {
    id: Uuid,
    realm: String,
    rule: String,
    severity: String,
    title: String,
    explanation: String,
    paths: Json<Vec<String>>,
    owner: Option<String>,
    since: OffsetDateTime,
    state: String,
    version: i32,
    accepted_by: Option<String>,
    accepted_at: Option<OffsetDateTime>,
    accepted_until: Option<Date>,
    accepted_reason: Option<String>,
    is_exceeded: bool,
}

/// The first anomalies that match, the most severe and the newest first. Three statements.
///
/// # Errors
/// The database failed.
pub async fn access_anomalies(
    services: &Services,
    _: &Can<ViewAccessMatrix>,
    query: AnomalyQuery,
) -> Result<Anomalies, Error> {
    let Some(admin) = services.keycloak_admin.as_deref() else {
        return Ok(Anomalies { gap: Some(AnomalyGap::NoSnapshots), ..Anomalies::default() });
    };
    let (realm, today) = (admin.realm(), day(services.clock.now()));
    let limit = i64::try_from(MAX_ANOMALIES).unwrap_or(i64::MAX).saturating_add(1);
    let found = select!(
        "where a.realm = $2 and a.state = $3 and ($4::text is null or a.severity = $4) and ($5::text is null or a.rule = $5)
         order by array_position(array['high', 'medium', 'low'], a.severity), a.since_snapshot desc, a.title, a.id
         limit $6",
        today,
        realm,
        query.state.key(),
        query.severity.map(Severity::key),
        query.rule.map(AnomalyRule::key),
        limit
    )
    .fetch_all(&services.pool)
    .await?;
    let has_more = found.len() > MAX_ANOMALIES;
    let rows = found.into_iter().take(MAX_ANOMALIES).map(Row::shown).collect::<Result<_, _>>()?;
    let counts = sqlx::query!(
        r#"select count(*) filter (where state = 'open') as "open!",
                  count(*) filter (where state = 'accepted') as "accepted!",
                  count(*) filter (where state = 'resolved') as "resolved!"
           from (select access_anomaly_state(x, $2) as state from access_anomalies x
                 where realm = $1 and ($3::text is null or severity = $3) and ($4::text is null or rule = $4)) a"#,
        realm,
        today,
        query.severity.map(Severity::key),
        query.rule.map(AnomalyRule::key)
    )
    .fetch_one(&services.pool)
    .await?;
    let (searched_at, gap) = gap(services, realm).await?;
    Ok(Anomalies { rows, has_more, counts: [counts.open, counts.accepted, counts.resolved], searched_at, gap })
}

/// When anomalies were last searched for, and why their list says less than it seems to.
async fn gap(services: &Services, realm: &str) -> Result<(Option<OffsetDateTime>, Option<AnomalyGap>), Error> {
    let last = sqlx::query!(
        r#"select coalesce(started_at, requested_at) as "at!", state = 'partial' as "is_partial!",
                  anomalies is not null as "is_searched!"
           from access_snapshots where realm = $1 and state in ('complete', 'partial') order by number desc limit 1"#,
        realm
    )
    .fetch_optional(&services.pool)
    .await?;
    let searched_at = last.as_ref().filter(|last| last.is_searched).map(|last| last.at);
    let gap = match (services.settings.access_matrix.as_deref(), last) {
        (None, _) => Some(AnomalyGap::NoDeclaration),
        (Some(matrix), _) if matrix.roles_of(realm).next().is_none() => Some(AnomalyGap::RealmNotDeclared),
        (_, None) => Some(AnomalyGap::NotSearched),
        (_, Some(last)) if !last.is_searched => Some(AnomalyGap::NotSearched),
        (_, Some(last)) if services.clock.now() - last.at >= STALE => Some(AnomalyGap::Stale),
        (_, Some(last)) => last.is_partial.then_some(AnomalyGap::Partial),
    };
    Ok((searched_at, gap))
}

/// The realm whose snapshots are searched for anomalies: Bursar reads it, and roles of it are declared.
fn searched_realm(services: &Services) -> Option<&str> {
    let (realm, matrix) = (services.keycloak_admin.as_deref()?.realm(), services.settings.access_matrix.as_deref()?);
    matrix.roles_of(realm).next().map(|_| realm)
}

/// The open anomalies of high severity that are still checked: how many, exact up to [`MAX_EXACT_COUNT`], and the titles of
/// the newest. One statement.
///
/// # Errors
/// The database failed.
pub(super) async fn high(services: &Services, _: &Can<ViewAccessMatrix>, most: usize) -> Result<HighAnomalies, Error> {
    let Some(realm) = searched_realm(services) else { return Ok(HighAnomalies::default()) };
    let rows = sqlx::query!(
        r#"select title, count(*) over () as "all!"
           from (select title, since_snapshot, id from access_anomalies a
                 where realm = $1 and until_snapshot is null and severity = 'high' and access_anomaly_state(a, $2) = 'open'
                 order by since_snapshot desc, title, id limit $4) newest
           order by since_snapshot desc, title, id limit $3"#,
        realm,
        day(services.clock.now()),
        i64::try_from(most).unwrap_or(i64::MAX),
        MAX_EXACT_COUNT + 1
    )
    .fetch_all(&services.pool)
    .await?;
    let count = rows.first().map_or(0, |row| row.all);
    Ok(HighAnomalies { count, titles: rows.into_iter().map(|row| row.title).collect() })
}

/// An anomaly with the names of its users. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`], or the database failed.
pub async fn access_anomaly(
    services: &Services,
    _: &Can<ViewAccessMatrix>,
    anomaly: AnomalyId,
) -> Result<AnomalyPage, Error> {
    let now = services.clock.now();
    let row = select!("where a.id = $2", day(now), anomaly.0).fetch_optional(&services.pool).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    let limit = i64::try_from(MAX_NAMED_USERS).unwrap_or(i64::MAX);
    let users = sqlx::query!(
        r#"select coalesce(s.username, u.subject) as "name!", count(*) over () as "all!"
           from access_anomalies a
           cross join lateral jsonb_array_elements_text(a.users) u (subject)
           left join access_subjects s on s.realm = a.realm and s.subject = u.subject
           where a.id = $1 order by 1 limit $2"#,
        anomaly.0,
        limit
    )
    .fetch_all(&services.pool)
    .await?;
    let user_count = users.first().map_or(0, |user| user.all);
    let (version, is_checked) = (row.version, searched_realm(services) == Some(row.realm.as_str()));
    let users = users.into_iter().map(|user| user.name).collect();
    Ok(AnomalyPage { row: row.shown()?, is_checked, version, users, user_count, usual_end: usual_end(now) })
}

impl Row {
    fn shown(self) -> Result<AnomalyRow, Error> {
        let unknown = |what: &str| Error::Broken(format!("unknown {what} of an anomaly"));
        let acceptance = match (self.accepted_by, self.accepted_at, self.accepted_until, self.accepted_reason) {
            (Some(by), Some(at), Some(until), Some(reason)) => {
                Some(Acceptance { by, at, until, reason, is_exceeded: self.is_exceeded })
            }
            _ => None,
        };
        let (severity, state) = (Severity::from_key(&self.severity), AnomalyState::from_key(&self.state));
        Ok(AnomalyRow {
            id: AnomalyId(self.id),
            rule: self.rule,
            severity: severity.ok_or_else(|| unknown("severity"))?,
            title: self.title,
            explanation: self.explanation,
            paths: self.paths.0,
            owner: self.owner,
            since: self.since,
            state: state.ok_or_else(|| unknown("state"))?,
            acceptance,
        })
    }
}
