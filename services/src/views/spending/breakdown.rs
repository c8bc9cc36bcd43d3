//! Spend divided by project, user, category or model.

use super::source::{Source, Sums};
use super::{Compared, ReadScope, Slice, SpendFilter};
use crate::Services;
use crate::budgets::stored::category;
use crate::error::Error;
use crate::keyset::{Keyset, SortKey};
use crate::projects::stored_name;
use domain::budget::Category;
use domain::id::{ProjectId, UserId};
use domain::money::NetAmount;
use domain::page::Page;
use domain::permission::ViewSpend;
use domain::spending::{Breakdown, CategoryAmounts, SpendRow, Spender, SpendingQuery};
use rust_decimal::Decimal;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Rows that changed most.
const MOVERS: u32 = 5;

/// The row of all personal projects.
const PERSONAL: Uuid = Uuid::max();
/// The row of what has no project or no user.
const NONE: Uuid = Uuid::nil();

pub(super) struct Found {
    pub(super) rows: Page<SpendRow>,
    pub(super) count: i64,
    pub(super) movers: Vec<SpendRow>,
}

/// A page of the breakdown, and the rows that changed most.
pub(super) async fn page(
    services: &Services,
    scope: &ReadScope<ViewSpend>,
    compared: Compared,
    filter: &SpendFilter,
    query: &SpendingQuery,
) -> Result<Found, Error> {
    let keyset = Keyset::new(SortKey::number("s.amount"), "s", true, query.size, query.cursor.as_ref());
    let mut sql = begin(scope, compared, filter, query.by, false);
    sql.push(
        ", shown as (
           (select 0 as part, row_number() over () as place, p.* from (select s.* from s where s.amount <> 0",
    );
    keyset.push_condition(&mut sql);
    keyset.push_order(&mut sql);
    keyset.push_limit(&mut sql);
    sql.push(
        ") p)
           union all
           (select 1, row_number() over (), p.* from (select s.* from s where s.amount <> s.previous
            order by abs(s.amount - s.previous) desc, s.id limit ",
    );
    sql.push(MOVERS).push(") p))");
    push_named(&mut sql, query.by, "shown");
    sql.push(" order by s.part, s.place");
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    let count = rows.first().map_or(0, |row| row.total);
    let (listed, movers): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.part == 0);
    let page = keyset.page(listed, |row| (Some(row.amount.to_string()), row.id));
    Ok(Found {
        rows: page.try_map(|row| row.read(query.by))?,
        count,
        movers: movers.into_iter().map(|row| row.read(query.by)).collect::<Result<_, _>>()?,
    })
}

/// Rows with their amounts by category, and how many there are in all. One statement; beyond the
/// end one more, as there is no row to tell it.
pub(super) async fn rows(
    services: &Services,
    scope: &ReadScope<ViewSpend>,
    compared: Compared,
    by: Breakdown,
    filter: &SpendFilter,
    slice: Slice,
) -> Result<(Vec<SpendRow>, i64), Error> {
    let mut sql = begin(scope, compared, filter, by, true);
    sql.push(
        ", shown as (
           select 0 as part, row_number() over () as place, p.* from (
             select s.* from s where s.amount <> 0 order by s.amount desc, s.id desc offset ",
    );
    sql.push_bind(i64::from(slice.skip)).push(" limit ").push_bind(slice.limit.map(i64::from)).push(") p)");
    push_named(&mut sql, by, "shown");
    sql.push(" order by s.place");
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    let count = match rows.first() {
        Some(row) => row.total,
        None if slice.skip > 0 => {
            let first = Slice { skip: 0, limit: Some(1) };
            Box::pin(self::rows(services, scope, compared, by, filter, first)).await?.1
        }
        None => 0,
    };
    Ok((rows.into_iter().map(|row| row.read(by)).collect::<Result<_, _>>()?, count))
}

/// Begins a statement with the table `s`: a row for each spender with `id`, `key`, `amount` and `previous`.
fn begin(
    scope: &ReadScope<ViewSpend>,
    compared: Compared,
    filter: &SpendFilter,
    by: Breakdown,
    by_category: bool,
) -> QueryBuilder<Postgres> {
    let column = match by {
        Breakdown::Project => "project_id",
        Breakdown::User => "user_id",
        Breakdown::Category => "category",
        Breakdown::Model => "model",
    };
    let source = Source { scope, compared, filter, sums: Sums::of(by) };
    let mut sql = source.begin();
    sql.push("d as materialized (select ").push(column).push(" as key, coalesce(sum(d.amount) filter (where d.day >= ");
    sql.push_bind(compared.days.from).push("), 0) as amount, coalesce(sum(d.amount) filter (where d.day < ");
    sql.push_bind(compared.days.from).push("), 0) as previous");
    for category in Category::ALL.into_iter().filter(|_| by_category) {
        sql.push(", coalesce(sum(d.amount) filter (where d.day >= ").push_bind(compared.days.from);
        sql.push(" and d.category = ").push_bind(category.key());
        sql.push(format_args!("), 0) as {}", category.key()));
    }
    source.push(&mut sql);
    sql.push(format_args!(" group by d.{column}), s as materialized (select "));
    push_rows(&mut sql, by, by_category);
    sql.push(")");
    sql
}

/// Appends the select that gives each row of the breakdown an id, and makes personal projects one row.
fn push_rows(sql: &mut QueryBuilder<Postgres>, by: Breakdown, by_category: bool) {
    let amounts: Vec<&str> = ["amount", "previous"]
        .into_iter()
        .chain(Category::ALL.into_iter().filter(|_| by_category).map(Category::key))
        .collect();
    match by {
        Breakdown::Project => {
            sql.push(format_args!(
                "k.id, null::text as key, {sums} from (
                   select case when p.project_type = 'personal' then '{PERSONAL}' else coalesce(d.key, '{NONE}') end as id,
                          {columns} from d left join projects p on p.id = d.key) k
                 group by k.id",
                sums = join(&amounts, |name| format!("sum(k.{name}) as {name}")),
                columns = join(&amounts, |name| format!("d.{name}")),
            ));
        }
        Breakdown::User => {
            sql.push(format_args!(
                "coalesce(d.key, '{NONE}') as id, null::text as key, {} from d",
                join(&amounts, |name| format!("d.{name}"))
            ));
        }
        Breakdown::Category | Breakdown::Model => {
            sql.push(format_args!(
                "md5(d.key)::uuid as id, d.key, {} from d",
                join(&amounts, |name| format!("d.{name}"))
            ));
        }
    }
}

fn join(names: &[&str], write: impl Fn(&str) -> String) -> String {
    names.iter().map(|name| write(name)).collect::<Vec<_>>().join(", ")
}

/// Appends the select of the rows `shown` with the names of projects or users.
fn push_named(sql: &mut QueryBuilder<Postgres>, by: Breakdown, shown: &str) {
    sql.push(" select s.*, (select count(*) from s where s.amount <> 0) as total");
    match by {
        Breakdown::Project => {
            sql.push(format_args!(
                ", p.title as name, p.name as detail, coalesce(p.deleted_at is null, false) as is_open
                 from {shown} s left join projects p on p.id = s.id"
            ));
        }
        Breakdown::User => {
            sql.push(format_args!(
                ", u.name, u.email as detail, coalesce(u.email_verified, u.auth_source = 'local', false) as is_verified
                 from {shown} s left join users u on u.id = s.id"
            ));
        }
        Breakdown::Category | Breakdown::Model => {
            sql.push(format_args!(" from {shown} s"));
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    part: i32,
    id: Uuid,
    key: Option<String>,
    amount: Decimal,
    previous: Decimal,
    #[sqlx(default)]
    platform: Decimal,
    #[sqlx(default)]
    cli: Decimal,
    #[sqlx(default)]
    premium_models: Decimal,
    total: i64,
    #[sqlx(default)]
    name: Option<String>,
    #[sqlx(default)]
    detail: Option<String>,
    #[sqlx(default)]
    is_open: bool,
    #[sqlx(default)]
    is_verified: bool,
}

impl Row {
    fn read(self, by: Breakdown) -> Result<SpendRow, Error> {
        let amounts = [self.platform, self.cli, self.premium_models].map(NetAmount::new);
        let (amount, previous) = (NetAmount::new(self.amount), NetAmount::new(self.previous));
        let by_category = CategoryAmounts::new(amounts);
        Ok(SpendRow { spender: self.spender(by)?, amount, previous, by_category })
    }

    fn spender(self, by: Breakdown) -> Result<Spender, Error> {
        let named = self.name.zip(self.detail);
        Ok(match by {
            Breakdown::Project => match (self.id, named) {
                (PERSONAL, _) => Spender::PersonalProjects,
                (NONE, _) => Spender::NoProject,
                (id, Some((title, name))) => {
                    Spender::Project { id: ProjectId(id), name: stored_name(&name)?, title, is_open: self.is_open }
                }
                (id, None) => Spender::DeletedProject(ProjectId(id)),
            },
            Breakdown::User => match (self.id, named) {
                (NONE, _) => Spender::NoUser,
                (id, Some((name, email))) => {
                    Spender::User { id: UserId(id), name, email, email_verified: self.is_verified }
                }
                (id, None) => Spender::DeletedUser(UserId(id)),
            },
            Breakdown::Category => Spender::Category(category(&self.key.unwrap_or_default())?),
            Breakdown::Model => match self.key.unwrap_or_default() {
                model if model.is_empty() => Spender::NoModel,
                model => Spender::Model(model),
            },
        })
    }
}
