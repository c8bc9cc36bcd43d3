//! The equal shares of all budgets at once.

use crate::Services;
use crate::budgets::stored::limits;
use crate::error::Error;
use domain::budget::{EqualPool, Share};
use domain::id::{BudgetId, UserId};

/// The equal shares of a budget whose project enforces member limits.
pub(crate) struct EqualShares {
    pub(crate) budget: BudgetId,
    /// Of every member without a fixed share.
    pub(crate) equal: Share,
    /// Of the last one of them.
    pub(crate) last: Share,
    pub(crate) last_user: Option<UserId>,
}

/// The equal shares of every project's own budgets, where its project enforces member limits. One statement.
pub(crate) async fn equal_shares(services: &Services) -> Result<Vec<EqualShares>, Error> {
    let rows = sqlx::query!(
        r#"select b.id, b.soft_limit, b.hard_limit, f.soft as "soft!", f.hard as "hard!",
                  c.members - f.members as "members!", l.user_id as "last_user?"
           from budgets b
           join projects p on p.id = b.project_id and p.deleted_at is null and p.member_limits_enforced
           cross join lateral (
               select coalesce(sum(a.soft_limit), 0) as soft, coalesce(sum(a.hard_limit), 0) as hard, count(*) as members
               from member_allocations a where a.project_id = p.id and a.category = b.category) f
           cross join lateral (select count(*) as members from user_projects m where m.project_id = p.id) c
           left join lateral (
               select m.user_id from user_projects m
               where m.project_id = p.id and not exists (
                   select from member_allocations a
                   where a.project_id = p.id and a.category = b.category and a.user_id = m.user_id)
               order by m.user_id desc limit 1) l on true"#
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let members = u32::try_from(row.members).unwrap_or(u32::MAX);
            let pool = EqualPool::left(limits(row.soft_limit, row.hard_limit)?, row.soft, row.hard, members);
            let (equal, last) = (pool.share(false), pool.share(true));
            Ok(EqualShares { budget: BudgetId(row.id), equal, last, last_user: row.last_user.map(UserId) })
        })
        .collect()
}
