//! Requests for budgets: their list, one request, and those that wait.

use super::budgets::HolderRow;
use super::usage::AssignedRow;
use crate::Services;
use crate::budgets::stored::{category, minutes, period};
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::SortKey;
use crate::listing::{List, ListQuery, Slice};
use crate::projects::of_proof;
use crate::search::Hits;
use domain::budget::{
    AssignedBudget, BudgetRequest, BudgetRequestQuery, Category, MAX_WAITING_COUNT, RequestDecision, RequestFacts,
    RequestState, WaitingRequests,
};
use domain::error::Refusal;
use domain::id::{BudgetRequestId, UserId};
use domain::money::Money;
use domain::page::{Page, PageSize};
use domain::permission::{RequestBudgets, RequestProjectBudgets, ViewBudgets};
use domain::suggestion::Suggestion;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a decision stands beside the budget of the holder.
pub(super) const DECISION_SHOWN: Duration = Duration::days(30);

/// A page of the list: those that wait first, the oldest first; then the others, the newest first. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn list(
    services: &Services,
    _can: &Can<ViewBudgets>,
    query: &BudgetRequestQuery,
) -> Result<Page<BudgetRequest>, Error> {
    switched_on(services)?;
    let query = ListQuery {
        filter: query.state,
        order: (),
        descending: false,
        slice: Slice::at(query.cursor.clone(), query.size),
    };
    let now = services.clock.now();
    Requests { query, hits: Hits::All }.fetch(services).await?.page.try_map(|row| row.read(now))
}

/// The requests that wait: how many, and the oldest of them. Two statements.
///
/// # Errors
/// As [`list`].
pub async fn waiting(services: &Services, can: &Can<ViewBudgets>, most: PageSize) -> Result<WaitingRequests, Error> {
    let state = Some(RequestState::Waiting);
    let page = list(services, can, &BudgetRequestQuery { state, size: most, ..BudgetRequestQuery::default() }).await?;
    Ok(WaitingRequests { count: count_waiting(services, can).await?, oldest: page.rows })
}

/// How many requests wait, as far as [`MAX_WAITING_COUNT`]. One statement.
///
/// # Errors
/// As [`list`].
pub async fn count_waiting(services: &Services, _can: &Can<ViewBudgets>) -> Result<i64, Error> {
    switched_on(services)?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from budget_requests where state = 'waiting' limit $1) r"#,
        MAX_WAITING_COUNT
    );
    Ok(count.fetch_one(&services.pool).await?)
}

/// A request, and the budget that fits best while it waits. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such request or budgets are switched off.
pub async fn find(
    services: &Services,
    _can: &Can<ViewBudgets>,
    request: BudgetRequestId,
) -> Result<(BudgetRequest, Option<Suggestion>), Error> {
    switched_on(services)?;
    let mut sql = QueryBuilder::new("select ");
    sql.push(COLUMNS).push(" from budget_requests r where r.id = ").push_bind(request.0);
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    let request = row.ok_or(Refusal::NotFound)?.read(services.clock.now())?;
    let fitting = match request.facts.state {
        // A budget of the project's own is edited, not replaced.
        RequestState::Waiting if request.present.as_ref().is_none_or(|budget| !budget.is_own) => {
            fitting(services, &request).await?
        }
        _ => None,
    };
    Ok((request, fitting))
}

/// The budget of the category with the smallest hard limit that is at least the requested one, of those with the reset
/// period of the present budget where there are some: $90 an hour is not less than $100 in 30 days.
async fn fitting(services: &Services, request: &BudgetRequest) -> Result<Option<Suggestion>, Error> {
    let reset_minutes = request.present.as_ref().map(|budget| minutes(budget.period));
    let row = sqlx::query!(
        "select id, name, hard_limit, reset_minutes from budgets
         where category = $1 and project_id is null and hard_limit >= $2
         order by reset_minutes is distinct from $3, hard_limit, name collate name_order, id limit 1",
        request.facts.category.key(),
        request.facts.hard_limit.as_decimal(),
        reset_minutes
    )
    .fetch_optional(&services.pool)
    .await?;
    row.map(|row| {
        let detail = format!("{} {}", amount(row.hard_limit)?.exact(), period(row.reset_minutes)?.in_words());
        Ok(Suggestion { value: row.id.to_string(), label: row.name, detail, is_chosen: false, is_exact: true })
    })
    .transpose()
}

/// The budget that pays for the caller now. One statement.
///
/// # Errors
/// As [`list`].
pub async fn present_of_user(
    services: &Services,
    can: &Can<RequestBudgets>,
    category: Category,
) -> Result<Option<AssignedBudget>, Error> {
    present(services, (Some(can.caller().actor.user_id.0), None), category).await
}

/// The budget that pays for the project of the proof now. One statement.
///
/// # Errors
/// As [`list`].
pub async fn present_of_project(
    services: &Services,
    can: &Can<RequestProjectBudgets>,
    category: Category,
) -> Result<Option<AssignedBudget>, Error> {
    present(services, (None, Some(of_proof(can)?.0)), category).await
}

async fn present(
    services: &Services,
    (user, project): (Option<Uuid>, Option<Uuid>),
    category: Category,
) -> Result<Option<AssignedBudget>, Error> {
    switched_on(services)?;
    let present = sqlx::query_scalar!(
        r#"select present_budget($1, $2, $3) as "present: Json<AssignedRow>""#,
        user,
        project,
        category.key()
    );
    let present = present.fetch_one(&services.pool).await?;
    present.map(|present| present.0.read(services.clock.now(), true)).transpose()
}

struct Requests {
    query: ListQuery<Option<RequestState>, ()>,
    hits: Hits,
}

impl List for Requests {
    type Row = Row;
    type Filter = Option<RequestState>;
    type Order = ();
    const TABLE: &'static str = "budget_requests";
    const ALIAS: &'static str = "r";

    fn query(&self) -> &ListQuery<Option<RequestState>, ()> {
        &self.query
    }

    fn has_total(&self) -> bool {
        false
    }

    fn is_narrowed(&self) -> bool {
        self.query.filter.is_some()
    }

    fn hits(&self) -> &Hits {
        &self.hits
    }

    fn sort_key((): ()) -> SortKey {
        SortKey::number("r.place")
    }

    fn place(row: &Row, (): ()) -> (Option<String>, Uuid) {
        (Some(row.place.to_string()), row.id)
    }

    fn push_columns(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(COLUMNS);
    }

    fn push_condition(&self, sql: &mut QueryBuilder<Postgres>) {
        if let Some(state) = self.query.filter {
            sql.push(" and r.state = ").push_bind(state.key());
        }
    }
}

const COLUMNS: &str = "r.id, r.place, budget_holder(r.user_id, r.project_id) as holder,
                       (select budget_request_facts(q) from budget_requests q where q.id = r.id) as facts,
                       present_budget(r.user_id, r.project_id, r.category) as present";

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    place: Decimal,
    facts: Json<RequestRow>,
    holder: Option<Json<HolderRow>>,
    present: Option<Json<AssignedRow>>,
}

impl Row {
    fn read(self, now: OffsetDateTime) -> Result<BudgetRequest, Error> {
        Ok(BudgetRequest {
            facts: self.facts.0.read()?,
            holder: self.holder.map(|holder| holder.0.try_into()).transpose()?,
            present: self.present.map(|present| present.0.read(now, true)).transpose()?,
        })
    }
}

/// A request as the function `budget_request_facts` of the database returns it.
#[derive(Debug, Deserialize)]
pub(super) struct RequestRow {
    id: BudgetRequestId,
    category: String,
    hard_limit: Decimal,
    reason: String,
    requested_by: String,
    requester_id: UserId,
    #[serde(with = "time::serde::rfc3339")]
    requested_at: OffsetDateTime,
    state: String,
    decided_by: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    decided_at: Option<OffsetDateTime>,
    decision_reason: Option<String>,
    budget: Option<String>,
}

impl RequestRow {
    pub(super) fn read(self) -> Result<RequestFacts, Error> {
        let unknown = |_| Error::Broken(format!("unknown state {} of a request", self.state));
        let state = RequestState::parse(&self.state).map_err(unknown)?;
        let (by, reason, budget) = (self.decided_by, self.decision_reason, self.budget);
        Ok(RequestFacts {
            id: self.id,
            category: category(&self.category)?,
            hard_limit: amount(self.hard_limit)?,
            reason: self.reason,
            requested_by: self.requested_by,
            requester_id: self.requester_id,
            requested_at: self.requested_at,
            state,
            decision: self.decided_at.map(|at| RequestDecision { by, at, reason, budget }),
        })
    }
}

fn amount(amount: Decimal) -> Result<Money, Error> {
    Money::from_decimal(amount).ok_or_else(|| Error::Broken(format!("impossible amount {amount}")))
}
