//! What the page reads: the daily totals, or sums of them where those suffice.

use super::{Compared, ReadScope, SpendFilter};
use domain::permission::ViewSpend;
use domain::spending::Breakdown;
use sqlx::{Postgres, QueryBuilder};

/// Sums of the daily totals over everything but the category and one column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    column: &'static str,
    days: &'static str,
    /// Where there are so many rows that it pays to read them by week.
    weeks: Option<&'static str>,
}

impl Sums {
    /// The fewest rows that tell days apart.
    pub(super) const BY_DAY: Self = Self { column: "model", days: "spend_model_days", weeks: None };

    pub(super) const fn of(by: Breakdown) -> Self {
        match by {
            Breakdown::Project => {
                Self { column: "project_id", days: "spend_project_days", weeks: Some("spend_project_weeks") }
            }
            Breakdown::User => Self { column: "user_id", days: "spend_user_days", weeks: Some("spend_user_weeks") },
            Breakdown::Category | Breakdown::Model => Self::BY_DAY,
        }
    }
}

/// The rows `d` of a statement.
pub(super) struct Source<'a> {
    pub(super) scope: &'a ReadScope<ViewSpend>,
    pub(super) compared: Compared,
    pub(super) filter: &'a SpendFilter,
    pub(super) sums: Sums,
}

impl Source<'_> {
    /// Whether the rows are of some projects or users: there are few of them, and an index finds them.
    const fn is_narrow(&self) -> bool {
        !self.scope.is_all() || self.filter.projects.is_some() || self.filter.users.is_some()
    }

    /// Begins a statement, up to where the name of another table of `with` follows.
    pub(super) fn begin(&self) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new("with ");
        if self.is_narrow() {
            return sql;
        }
        let Compared { days, previous } = self.compared;
        // A day is open until its sums are written, and again when they are not current.
        sql.push(
            "days as (
               select a.day, a.day - (extract(isodow from a.day)::integer - 1) as week,
                      c.summed_at is null or exists (select from spend_late_days l where l.day = a.day) as is_open
               from (select ",
        );
        sql.push_bind(previous.from).push("::date + n as day from generate_series(0, ").push_bind(days.to);
        sql.push("::date - ").push_bind(previous.from);
        sql.push("::date) n) a left join spend_closed_days c on c.day = a.day where a.day >= ");
        sql.push_bind(days.from).push(" or a.day <= ").push_bind(previous.to);
        sql.push("), weeks as (select week from days group by week, day >= ").push_bind(days.from);
        sql.push(" having count(*) = 7 and not bool_or(is_open)");
        sql.push(if self.sums.weeks.is_some() { "" } else { " and false" });
        sql.push(
            "), source as materialized (
               select array(select day from days where is_open) as open, array(select week from weeks) as weeks,
                      array(select day from days where not is_open and week not in (select week from weeks)) as days), ",
        );
        sql
    }

    /// Appends ` from ... where ...`. Sums of a week have the day of its Monday.
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        let Sums { column, days, weeks } = self.sums;
        if self.is_narrow() {
            sql.push(" from spend_days d where ");
            self.compared.push(sql);
        } else {
            sql.push(" from (");
            let tables =
                weeks.map(|weeks| (weeks, "weeks")).into_iter().chain([(days, "days"), ("spend_days", "open")]);
            for (place, (table, which)) in tables.enumerate() {
                sql.push(if place == 0 { "" } else { " union all " });
                sql.push(format_args!(
                    "select t.day, t.category, t.{column}, t.amount from {table} t
                     where t.day = any((select {which} from source)::date[])"
                ));
            }
            sql.push(") d where true");
        }
        self.scope.push(sql, "d.project_id");
        self.filter.push(sql);
    }
}
