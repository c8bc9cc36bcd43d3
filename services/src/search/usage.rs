//! Lists that are narrowed by what is spent of budgets. A job notes the windows that a filter may ask for
//! ([`crate::alerts`]); whether they still are as they were noted is looked at again.

use domain::budget::{Category, UsageFilter};
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;

/// Who has spent at least as much of a budget in the window of now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// "user" or "project".
    holder: &'static str,
    filter: UsageFilter,
    now: OffsetDateTime,
}

impl Spent {
    /// Of a user's own budget, or of a default one.
    pub(super) const fn by_users(filter: UsageFilter, now: OffsetDateTime) -> Self {
        Self { holder: "user", filter, now }
    }

    /// Of a project's budget.
    pub(super) const fn by_projects(filter: UsageFilter, now: OffsetDateTime) -> Self {
        Self { holder: "project", filter, now }
    }

    /// Appends ` and ...`: the rows that were noted, as far as they still are so.
    pub(super) fn push_noted(self, sql: &mut QueryBuilder<Postgres>, alias: &'static str) {
        sql.push(format_args!(" and {alias}.id in (select r.holder_id from limits_reached r where "));
        match self.filter.percent() {
            Some(percent) => sql.push(format_args!("r.percent >= {percent})")),
            // What is noted at the soft limit may have reached the hard one since. In the words of the indexes.
            None => sql.push("r.is_hard or r.is_soft and not r.is_hard)"),
        };
        self.push_condition(sql, alias);
    }

    /// Appends ` and ...`: what is asked of each row.
    pub(super) fn push_condition(self, sql: &mut QueryBuilder<Postgres>, alias: &'static str) {
        let categories = Category::ALL.map(|category| format!("'{}'", category.key())).join(", ");
        // A value, which is looked up for each row, and no set, which would be made of all windows first.
        sql.push(format_args!(
            " and (select true from paid_windows w
               where w.id = any(array(
                 select l.id from unnest(array[{categories}]) k (category)
                 cross join lateral latest_{}_window({alias}.id, k.category) l))",
            self.holder
        ));
        sql.push(" and w.starts_at <= ").push_bind(self.now).push(" and w.ends_at > ").push_bind(self.now);
        sql.push(" and w.spent > 0 and w.spent >= ");
        match (self.filter, self.filter.percent()) {
            (_, Some(percent)) => sql.push(format_args!("w.hard_limit * {percent} / 100")),
            (UsageFilter::HardLimit, None) => sql.push("w.hard_limit"),
            (_, None) => sql.push("w.soft_limit"),
        };
        sql.push(" limit 1)");
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Hits, Searched, Wanted};
    use super::*;
    use crate::alerts;
    use crate::testing::World;
    use domain::text::SearchTerm;

    /// Twelve thousand users with a default budget, of whom a hundred have spent half of it.
    async fn crowd() -> World {
        let world = World::create().await;
        world
            .run(
                "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_at, is_default)
                   values ('00000000-0000-0000-0000-00000000000d', 'All', 'cli', 100, 100, 43200, '2026-03-01Z', true);
                 insert into users (id, name, email)
                   select gen_random_uuid(), 'Person ' || n, n || '@example.com' from generate_series(1, 12000) n;
                 insert into budget_windows
                   (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
                   select gen_random_uuid(), 'cli', id, '00000000-0000-0000-0000-00000000000d', '30d', '2026-03-01Z',
                          '2026-03-31Z', 100, 100, case when email like '%77@example.com' then 50 else 1 end
                   from users;
                 analyze users; analyze budget_windows",
            )
            .await;
        alerts::raise(&world.services).await.expect("noted");
        world
    }

    #[tokio::test]
    async fn no_plan_reads_all_windows() {
        let world = crowd().await;
        let spent = Some(Spent::by_users(UsageFilter::Half, world.services.clock.now()));
        let term = SearchTerm::parse("person 1").expect("a term");
        for term in [None, Some(&term)] {
            let wanted = Wanted { spent, ..Wanted::new(Searched::Users, term, None) };
            let mut walk = QueryBuilder::new("select u.id from users u where true");
            wanted.push_condition(&mut walk, "u");
            walk.push(" order by u.name collate name_order, u.id limit 100");
            for mut sql in [wanted.lookup(), walk] {
                let plan = world.generic_plan(&mut sql).await;
                assert!(!plan.contains("Seq Scan on budget_windows"), "{term:?}\n{plan}");
            }
        }
        let hits = Hits::of_people(&world.services, None, None, Some(UsageFilter::Half)).await.expect("hits");
        assert!(matches!(&hits, Hits::Few(ids) if ids.len() == 120), "{hits:?}");
    }
}
