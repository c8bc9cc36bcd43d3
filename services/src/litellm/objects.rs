//! What the objects of LiteLLM have to be: a budget for each budget and each share of one, and a customer for each user in
//! each category, and for each member of a project in each of its budgets. Names are those of the wire contract
//! (docs/spend.md).

use crate::Services;
use crate::allocations::equal_shares;
use crate::error::Error;
use crate::outbox::Put;
use domain::litellm::ObjectKind;
use serde::Deserialize as _;
use serde_json::Value;
use uuid::Uuid;

/// The budget without a limit, of customers that no budget pays for.
const NO_LIMIT: &str = "bursar:no-limit";
/// The budget of customers that may not call. LiteLLM refuses only what is above it, which the first call is not.
const NOTHING: &str = "bursar:nothing";
/// The only model that these may call; no model has this name.
const NO_MODEL: &str = "bursar:no-model";

/// An object, and what LiteLLM was told of it.
pub(super) struct Object {
    /// What it is, by which its message is found: `customer ada`.
    pub(super) name: String,
    /// What it is in Bursar.
    pub(super) title: String,
    /// What it has to be.
    pub(super) payload: Value,
    /// Whether that was told, and the proxy has not taken it yet.
    pub(super) is_waiting: bool,
}

impl Object {
    /// What it has to be.
    pub(super) fn put(&self) -> Result<Put, Error> {
        Put::deserialize(&self.payload).map_err(|fault| Error::Broken(format!("{}: {fault}", self.name)))
    }

    /// What it is, and its name in LiteLLM.
    pub(super) fn identity(put: &Put) -> (ObjectKind, &str) {
        match put {
            Put::Budget(budget) => (ObjectKind::Budget, &budget.budget_id),
            Put::NoBudget { budget_id } => (ObjectKind::Budget, budget_id),
            Put::Customer(customer) => (ObjectKind::Customer, &customer.user_id),
        }
    }
}

/// Which objects are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those that LiteLLM has to be told of now: what they have to be is not what it was told. A customer follows its
    /// budget, and a budget is deleted after its customers have another one.
    Untold,
    /// All of them.
    All,
}

/// Reads objects, budgets first; at most `limit`. Two statements.
pub(super) async fn load(services: &Services, wanted: Wanted, limit: Option<i64>) -> Result<Vec<Object>, Error> {
    let shares = equal_shares(services).await?;
    macro_rules! column {
        ($share:ident => $value:expr) => {
            shares.iter().map(|$share| $value).collect::<Vec<_>>()
        };
    }
    let rows = sqlx::query!(
        r#"with share as materialized (
             select * from unnest($1::uuid[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[], $6::uuid[])
                           s (budget_id, soft, hard, last_soft, last_hard, last_user)),
           told as materialized (select recipient, payload, state from outbox where channel = 'litellm'),
           budget as (
             select b.id, coalesce(b.slug, b.id::text) as name, b.name as title, b.project_id, b.category, b.is_default,
                    b.soft_limit as soft, b.hard_limit as hard, split_part(budget_schedule(b), ' ', 1) as duration
             from budgets b left join projects p on p.id = b.project_id
             where p.deleted_at is null),
           limits (name, title, soft, hard, duration) as (
             select name, title, soft, hard, duration from budget
             union all
             values ($7, 'No limit', null::numeric, null::numeric, null::text), ($10, 'Nothing', 0, 0, null)
             union all
             select b.name || ':shared', b.title || ', equal share', s.soft, s.hard, b.duration
             from share s join budget b on b.id = s.budget_id
             union all
             -- The last member's share makes the sum exact.
             select b.name || ':user:' || s.last_user, b.title || ', last share', s.last_soft, s.last_hard, b.duration
             from share s join budget b on b.id = s.budget_id
             where s.last_user is not null and (s.last_soft, s.last_hard) <> (s.soft, s.hard)
             union all
             select b.name || ':user:' || a.user_id, b.title || ', fixed share', a.soft_limit, a.hard_limit, b.duration
             from share s join budget b on b.id = s.budget_id
             join member_allocations a on a.project_id = b.project_id and a.category = b.category),
           assigned (user_id, category, budget_id) as (
             select user_id, category, budget_id from user_budgets
             union all
             -- Who had a budget and has none is paid for by the default one.
             select distinct (t.payload ->> 'user')::uuid, t.payload ->> 'category',
                    (select d.id from budgets d where d.is_default and d.category = t.payload ->> 'category')
             from told t
             where t.payload ->> 'object' = 'customer' and t.payload ->> 'project' is null
               and not exists (select from user_budgets a
                               where a.user_id = (t.payload ->> 'user')::uuid and a.category = t.payload ->> 'category')),
           customer (name, title, budget, is_blocked, user_id, category, project) as (
             select l.login || s.suffix, u.name, coalesce(b.name, $7), not u.is_active, u.id, a.category, null::text
             from assigned a
             join users u on u.id = a.user_id
             cross join lateral (
                 select u.username as login where u.username is not null
                 union all
                 -- Unless it is the name of another user.
                 select u.email where u.username is null and not exists (
                     select from users o where lower(o.username) = lower(u.email))) l
             join (values ('platform', ''), ('cli', '_codemie_cli'), ('premium_models', '_codemie_premium_models'))
                  s (category, suffix) on s.category = a.category
             left join budget b on b.id = a.budget_id
             -- A user name may look like the customer of another user, or of a project.
             where l.login not like 'codemie:%' and (s.suffix = '' or not exists (
                 select from users o where lower(o.username) = lower(l.login || s.suffix)))
             union all
             select 'codemie:project:' || p.name || ':category:' || a.category || ':user:' || u.id,
                    u.name || ' in ' || p.title,
                    b.name || case when s.budget_id is null then ''
                                   when f.user_id is not null
                                     or (s.last_user = u.id and (s.last_soft, s.last_hard) <> (s.soft, s.hard))
                                   then ':user:' || u.id
                                   else ':shared' end,
                    not u.is_active, u.id, a.category, p.name
             from project_budgets a
             join projects p on p.id = a.project_id and p.deleted_at is null
             join budget b on b.id = a.budget_id
             join user_projects m on m.project_id = p.id
             join users u on u.id = m.user_id
             left join share s on s.budget_id = b.id
             left join member_allocations f
                 on f.project_id = a.project_id and f.category = a.category and f.user_id = u.id
             union all
             -- A project that has no budget any more: what is its members' own pays.
             select t.payload ->> 'user_id', u.name || ' in ' || p.title, coalesce(b.name, d.name, $7), not u.is_active, u.id,
                    t.payload ->> 'category', p.name
             from told t
             join projects p on p.name = t.payload ->> 'project' and p.deleted_at is null
             join users u on u.id = (t.payload ->> 'user')::uuid
             join user_projects m on m.project_id = p.id and m.user_id = u.id
             left join user_budgets a on a.user_id = u.id and a.category = t.payload ->> 'category'
             left join budget b on b.id = a.budget_id
             left join budget d on d.is_default and d.category = t.payload ->> 'category'
             where not exists (select from project_budgets x
                               where x.project_id = p.id and x.category = t.payload ->> 'category')),
           object (place, name, title, payload) as (
             select 1, 'budget ' || name, title, jsonb_build_object(
                 'object', 'budget', 'budget_id', name, 'max_budget', hard::float8, 'soft_budget', soft::float8,
                 'budget_duration', duration)
             from limits
             union all
             select 2, 'customer ' || name, title, jsonb_build_object(
                 'object', 'customer', 'user_id', name, 'budget_id', case when is_blocked then $10 else budget end,
                 'blocked', is_blocked, 'models', case when is_blocked then jsonb_build_array($11::text) else '[]' end,
                 'user', user_id, 'category', category, 'project', project)
             from customer),
           paired as materialized (
             select coalesce(o.place, case when t.recipient like 'budget %' then 3 else 2 end) as place,
                    coalesce(o.name, t.recipient) as name, coalesce(o.title, '') as title,
                    coalesce(o.payload, case
                        -- A member that left, or a user with another name.
                        when t.payload ->> 'object' = 'customer'
                        then t.payload || jsonb_build_object(
                            'budget_id', $10, 'blocked', true, 'models', jsonb_build_array($11::text))
                        else jsonb_build_object('object', 'no_budget', 'budget_id', t.payload ->> 'budget_id') end)
                    as payload,
                    t.payload as told, coalesce(t.state = 'pending', false) as is_waiting
             from object o full join told t on t.recipient = o.name)
           select name as "name!", title as "title!", payload as "payload!", is_waiting as "is_waiting!"
           from paired p
           where not $8 or (p.payload is distinct from p.told and case p.place
               when 2 then exists (select from told b
                                   where b.recipient = 'budget ' || (p.payload ->> 'budget_id') and b.state = 'delivered'
                                     and b.payload ->> 'object' = 'budget')
               when 3 then not exists (select from told c where c.recipient like 'customer %' and c.state <> 'delivered')
                       and not exists (select from paired c
                                       where c.place = 2 and c.payload is distinct from c.told
                                         and c.told ->> 'budget_id' = p.payload ->> 'budget_id')
               else true end)
           order by place, name limit $9"#,
        &column!(share => share.budget.0),
        &column!(share => share.equal.soft().as_decimal()),
        &column!(share => share.equal.hard().as_decimal()),
        &column!(share => share.last.soft().as_decimal()),
        &column!(share => share.last.hard().as_decimal()),
        &column!(share => share.last_user.map(|user| user.0)) as &[Option<Uuid>],
        NO_LIMIT,
        wanted == Wanted::Untold,
        limit,
        NOTHING,
        NO_MODEL
    )
    .fetch_all(&services.pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Object { name: row.name, title: row.title, payload: row.payload, is_waiting: row.is_waiting })
        .collect())
}
