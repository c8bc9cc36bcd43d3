//! Projects' own budgets and budget groups, with the shares of the members.

use crate::Services;
use crate::allocations::fixed_share;
use crate::budgets::stored::{category, limits, period};
use crate::budgets::switched_on;
use crate::error::Error;
use crate::keyset::{SortKey, time_key};
use crate::listing::{List, ListQuery, Listing};
use crate::projects::stored_name;
use crate::search::Hits;
use crate::views::ReadScope;
use domain::budget::{BudgetGroup, BudgetSlug, Category, OwnBudget, Share, allocate};
use domain::error::Refusal;
use domain::id::{BudgetId, GroupId, ProjectId, UserId};
use domain::money::Money;
use domain::permission::ViewMemberShares;
use domain::project::ProjectName;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// What narrows the list.
#[derive(Clone, Debug, Default)]
pub struct OwnBudgetFilter {
    /// Only the budgets of this project.
    pub project: Option<ProjectName>,
    /// Only this category.
    pub category: Option<Category>,
}

/// What the list can be sorted by.
#[derive(Clone, Copy, Debug, Default)]
pub enum OwnBudgetSort {
    /// By creation.
    #[default]
    Created,
}

/// A page of the budgets in the scope, with its total. One statement, whatever the number of budgets and members.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn list(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    query: &ListQuery<OwnBudgetFilter, OwnBudgetSort>,
) -> Result<Listing<OwnBudget>, Error> {
    switched_on(services)?;
    let budgets = OwnBudgets { query, scope, now: services.clock.now() };
    budgets.fetch(services).await?.try_map(OwnBudget::try_from)
}

/// The budget behind an id of `/v1`. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget in the scope or budgets are switched off.
pub async fn find(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    slug: &BudgetSlug,
) -> Result<OwnBudget, Error> {
    let budgets = load(services, scope, |sql| {
        sql.push(" and b.slug = ").push_bind(slug.to_string());
    });
    Ok(budgets.await?.pop().ok_or(Refusal::NotFound)?)
}

/// The own budgets of a project, in the order of the categories. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn of_project(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    project: ProjectId,
) -> Result<Vec<OwnBudget>, Error> {
    let mut budgets = load(services, scope, |sql| {
        sql.push(" and b.project_id = ").push_bind(project.0);
    })
    .await?;
    budgets.sort_by_key(|budget| budget.category);
    Ok(budgets)
}

/// The groups of a project, the newest first, with those that were deleted. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn groups(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    project: &ProjectName,
) -> Result<Vec<BudgetGroup>, Error> {
    let push_condition = |sql: &mut QueryBuilder<Postgres>| {
        sql.push(" and lower(p.name) = lower(").push_bind(project.to_string()).push(")");
    };
    load_groups(services, scope, push_condition).await
}

/// A group that was not deleted. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such group in the scope, or budgets are switched off.
pub async fn group(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    group: GroupId,
) -> Result<BudgetGroup, Error> {
    let push_condition = |sql: &mut QueryBuilder<Postgres>| {
        sql.push(" and g.deleted_at is null and g.id = ").push_bind(group.0);
    };
    Ok(load_groups(services, scope, push_condition).await?.pop().ok_or(Refusal::NotFound)?)
}

/// The group of a project that was not deleted, with those of the project's budgets that are part of it. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn active_group(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    project: ProjectId,
    budgets: &[OwnBudget],
) -> Result<Option<BudgetGroup>, Error> {
    let groups = group_rows(services, scope, |sql| {
        sql.push(" and g.deleted_at is null and g.project_id = ").push_bind(project.0);
    });
    let Some(row) = groups.await?.pop() else { return Ok(None) };
    let of_group = budgets.iter().filter(|budget| budget.group == Some(GroupId(row.id))).cloned().collect();
    row.with(of_group).map(Some)
}

async fn group_rows(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    push_condition: impl FnOnce(&mut QueryBuilder<Postgres>),
) -> Result<Vec<GroupRow>, Error> {
    switched_on(services)?;
    let mut sql = QueryBuilder::new(
        "select g.id, p.name as project, g.name, g.total, g.reset_minutes, g.description, g.created_by, g.created_at,
                g.updated_at, g.deleted_at, g.version
         from budget_groups g join projects p on p.id = g.project_id where p.deleted_at is null",
    );
    push_condition(&mut sql);
    scope.push(&mut sql, "g.project_id");
    sql.push(" order by g.created_at desc, g.id desc");
    Ok(sql.build_query_as().fetch_all(&services.pool).await?)
}

async fn load_groups(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    push_condition: impl FnOnce(&mut QueryBuilder<Postgres>),
) -> Result<Vec<BudgetGroup>, Error> {
    let rows = group_rows(services, scope, push_condition).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let budgets = load(services, scope, |sql| {
        sql.push(" and b.group_id = any(").push_bind(ids).push(")");
    });
    let mut of_group: BTreeMap<GroupId, Vec<OwnBudget>> = BTreeMap::new();
    for budget in budgets.await? {
        if let Some(group) = budget.group {
            of_group.entry(group).or_default().push(budget);
        }
    }
    rows.into_iter()
        .map(|row| {
            let mut budgets = of_group.remove(&GroupId(row.id)).unwrap_or_default();
            budgets.sort_by_key(|budget| budget.category);
            row.with(budgets)
        })
        .collect()
}

async fn load(
    services: &Services,
    scope: &ReadScope<ViewMemberShares>,
    push_condition: impl FnOnce(&mut QueryBuilder<Postgres>),
) -> Result<Vec<OwnBudget>, Error> {
    switched_on(services)?;
    let mut sql = QueryBuilder::new("select ");
    push_columns(&mut sql, services.clock.now());
    sql.push(format_args!(" from budgets b {JOIN} where p.deleted_at is null"));
    push_condition(&mut sql);
    scope.push(&mut sql, "b.project_id");
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    rows.into_iter().map(OwnBudget::try_from).collect()
}

/// The project of a budget; global budgets have none.
const JOIN: &str = "join projects p on p.id = b.project_id";

/// Appends what is selected of a budget, with its members and their fixed shares.
fn push_columns(sql: &mut QueryBuilder<Postgres>, now: OffsetDateTime) {
    sql.push(
        "b.id, b.slug, b.project_id, p.name as project, b.group_id, b.name, b.description, b.category, b.soft_limit,
         b.hard_limit, b.reset_minutes, p.member_limits_enforced, b.created_by, b.created_at, b.updated_at, b.version,
         (select w.ends_at from budget_windows w
          where w.project_id = b.project_id and w.user_id is null and w.category = b.category and w.budget_id = b.id
            and w.ends_at > ",
    );
    sql.push_bind(now).push(" and w.starts_at <= ").push_bind(now);
    sql.push(
        " order by w.ends_at desc limit 1) as resets_at,
         (select coalesce(json_agg(json_build_object(
                   'user', m.user_id, 'soft', s.soft_limit::text, 'hard', s.hard_limit::text)), '[]')
          from user_projects m
          left join member_allocations s
            on s.project_id = m.project_id and s.category = b.category and s.user_id = m.user_id
          where m.project_id = b.project_id) as members",
    );
}

struct OwnBudgets<'a> {
    query: &'a ListQuery<OwnBudgetFilter, OwnBudgetSort>,
    scope: &'a ReadScope<ViewMemberShares>,
    now: OffsetDateTime,
}

impl List for OwnBudgets<'_> {
    type Row = Row;
    type Filter = OwnBudgetFilter;
    type Order = OwnBudgetSort;
    const TABLE: &'static str = "budgets";
    const ALIAS: &'static str = "b";

    fn query(&self) -> &ListQuery<OwnBudgetFilter, OwnBudgetSort> {
        self.query
    }

    fn has_total(&self) -> bool {
        true
    }

    fn is_narrowed(&self) -> bool {
        // The table holds global budgets too.
        true
    }

    fn hits(&self) -> &Hits {
        &Hits::All
    }

    fn sort_key(OwnBudgetSort::Created: OwnBudgetSort) -> SortKey {
        SortKey::time("b.created_at")
    }

    fn place(row: &Row, OwnBudgetSort::Created: OwnBudgetSort) -> (Option<String>, Uuid) {
        (time_key(Some(row.created_at)), row.id)
    }

    fn push_columns(&self, sql: &mut QueryBuilder<Postgres>) {
        push_columns(sql, self.now);
    }

    fn push_condition(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(
            " and b.project_id is not null
              and exists (select from projects o where o.id = b.project_id and o.deleted_at is null",
        );
        if let Some(project) = &self.query.filter.project {
            sql.push(" and lower(o.name) = lower(").push_bind(project.to_string()).push(")");
        }
        sql.push(")");
        if let Some(category) = self.query.filter.category {
            sql.push(" and b.category = ").push_bind(category.key());
        }
        self.scope.push(sql, "b.project_id");
    }

    fn push_joins(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(format_args!(" {JOIN}"));
    }
}

#[derive(Deserialize)]
struct MemberRow {
    user: UserId,
    soft: Option<Decimal>,
    hard: Option<Decimal>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    slug: String,
    project_id: Uuid,
    project: String,
    group_id: Option<Uuid>,
    name: String,
    description: Option<String>,
    category: String,
    soft_limit: Decimal,
    hard_limit: Decimal,
    reset_minutes: i32,
    member_limits_enforced: bool,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    version: i64,
    resets_at: Option<OffsetDateTime>,
    members: Json<Vec<MemberRow>>,
}

impl TryFrom<Row> for OwnBudget {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let limits = limits(row.soft_limit, row.hard_limit)?;
        let member = |member: MemberRow| {
            let share = member.soft.zip(member.hard).map(|(soft, hard)| fixed_share(soft, hard)).transpose()?;
            Ok((member.user, share))
        };
        let members = row.members.0.into_iter().map(member);
        let members: BTreeMap<UserId, Option<Share>> = members.collect::<Result<_, Error>>()?;
        let allocations = allocate(limits, row.member_limits_enforced, &members);
        Ok(Self {
            id: BudgetId(row.id),
            slug: row.slug,
            project_id: ProjectId(row.project_id),
            project: stored_name(&row.project)?,
            group: row.group_id.map(GroupId),
            name: row.name,
            description: row.description,
            category: category(&row.category)?,
            limits,
            period: period(row.reset_minutes)?,
            resets_at: row.resets_at,
            is_enforced: row.member_limits_enforced,
            allocations: allocations.map_err(|problem| Error::Broken(problem.to_string()))?,
            created_by: row.created_by.map(UserId),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

#[derive(sqlx::FromRow)]
struct GroupRow {
    id: Uuid,
    project: String,
    name: String,
    total: Decimal,
    reset_minutes: i32,
    description: Option<String>,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    deleted_at: Option<OffsetDateTime>,
    version: i64,
}

impl GroupRow {
    fn with(self, budgets: Vec<OwnBudget>) -> Result<BudgetGroup, Error> {
        let broken = || Error::Broken(format!("impossible total {}", self.total));
        Ok(BudgetGroup {
            id: GroupId(self.id),
            project: stored_name(&self.project)?,
            total: Money::from_decimal(self.total).ok_or_else(broken)?,
            name: self.name,
            period: period(self.reset_minutes)?,
            description: self.description,
            budgets,
            created_by: self.created_by.map(UserId),
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
            version: self.version,
        })
    }
}
