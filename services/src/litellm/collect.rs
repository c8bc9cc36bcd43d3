//! Collects what customers have spent: LiteLLM tells a sum since the last reset, the ledger gets what came to it.
//!
//! A sum that was read is stored together with the event that comes of it, and the event is written to the ledger afterwards
//! by its key: whatever is interrupted is taken up by the next run, and counts once.

mod customer;
mod delta;

use super::{proxy, refused};
use crate::Services;
use crate::error::Error;
use crate::spend;
use customer::Named;
use delta::{Reading, delta};
use domain::budget::Category;
use domain::id::GatewayId;
use domain::spend::{EventOutcome, ProjectRef, SpendAmount, SpendEvent, SpendKey, SpendSubject, Tokens, UserRef};
use litellm_admin::StoredCustomer;
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// The source of these events in the ledger; no gateway has this id.
const SOURCE: GatewayId = GatewayId(Uuid::from_u128(0x6c69_7465_6c6c_6d00_0000_0000_0000_0001));
/// How many customers one statement reads and writes, and how many events the ledger gets at once.
const BATCH: usize = 1_000;

/// Reads what every customer has spent and adds what is new to the ledger; called by a job. Customers that are no users of
/// Bursar are left out. Does nothing where it is not configured. Returns how many events were added.
///
/// # Errors
/// The proxy or the database failed; the next run goes on.
pub async fn collect(services: &Services) -> Result<usize, Error> {
    if !services.collects_litellm() {
        return Ok(0);
    }
    let interrupted = write_events(services).await?;
    let customers = proxy(services)?.customers().await.map_err(|fault| refused(&fault))?;
    for batch in customers.chunks(BATCH) {
        store(services, batch).await?;
    }
    Ok(interrupted + write_events(services).await?)
}

/// A customer that is a user, and what it has spent.
struct Read<'a> {
    customer: &'a StoredCustomer,
    named: Named<'a>,
    user: Uuid,
    reading: Reading,
}

/// Stores what was read of some customers, with the events that come of it. Four statements.
async fn store(services: &Services, customers: &[StoredCustomer]) -> Result<(), Error> {
    let (users, projects) = (users(services, customers).await?, projects(services, customers).await?);
    let read: Vec<Read<'_>> = customers
        .iter()
        .filter_map(|customer| {
            let (named, user) = Named::candidates(&customer.user_id)
                .into_iter()
                .find_map(|named| Some((named, *users.get(&named.user.to_lowercase())?)))?;
            let spend = delta::amount(customer.spend.as_ref()?)?;
            if named.project.is_some_and(|project| !projects.contains(project)) {
                return None;
            }
            let duration = customer.duration().unwrap_or_default();
            let budget = customer.budget_id().map(|budget| format!("{budget} {duration}"));
            let reading = Reading { spend, budget, reset_at: customer.reset_at().map(str::to_owned) };
            Some(Read { customer, named, user, reading })
        })
        .collect();
    let former = former(services, &read).await?;
    let now = services.clock.now();
    let new: Vec<(&Read<'_>, Option<OffsetDateTime>, Decimal)> = read
        .iter()
        .filter_map(|read| {
            let former = former.get(read.customer.user_id.as_str());
            let amount = delta(former, &read.reading, now);
            if amount > Decimal::ZERO && SpendAmount::parse(&amount.normalize().to_string()).is_err() {
                tracing::warn!(customer = read.customer.user_id, %amount, "more than one event may hold was not added");
                return None;
            }
            // What was not spent needs no event, and what is as before no new row.
            (former.is_none_or(|(before, _)| *before != read.reading))
                .then(|| (read, former.map(|(_, read_at)| *read_at), amount))
        })
        .collect();
    macro_rules! column {
        (($read:pat, $former:pat, $amount:pat) => $value:expr) => {
            new.iter().map(|($read, $former, $amount)| $value).collect::<Vec<_>>()
        };
    }
    let has_event = |amount: &Decimal| *amount > Decimal::ZERO;
    sqlx::query!(
        "insert into litellm_spend as s (customer, spend, budget, reset_at, read_at, event_key, amount, user_id, project, category)
         select n.customer, n.spend, n.budget, n.reset_at, $1, n.event_key, n.amount, n.user_id, n.project, n.category
         from unnest($2::text[], $3::numeric[], $4::text[], $5::text[], $6::numeric[], $7::uuid[], $8::text[], $9::text[],
                     $10::timestamptz[], $11::text[])
              n (customer, spend, reset_at, event_key, amount, user_id, project, category, former_read_at, budget)
         on conflict (customer) do update
           set spend = excluded.spend, budget = excluded.budget, reset_at = excluded.reset_at, read_at = excluded.read_at,
               event_key = excluded.event_key, amount = excluded.amount, user_id = excluded.user_id,
               project = excluded.project, category = excluded.category
         -- Another instance was faster: its event counts.
         where s.event_key is null
           and s.read_at = ($10::timestamptz[])[array_position($2::text[], excluded.customer)]",
        now,
        &column!((read, _, _) => read.customer.user_id.clone()),
        &column!((read, _, _) => read.reading.spend),
        &column!((read, _, _) => read.reading.reset_at.clone()) as &[Option<String>],
        &column!((_, _, amount) => has_event(amount).then(|| format!("litellm:{}", services.new_id())))
            as &[Option<String>],
        &column!((_, _, amount) => has_event(amount).then_some(*amount)) as &[Option<Decimal>],
        &column!((read, _, amount) => has_event(amount).then_some(read.user)) as &[Option<Uuid>],
        &column!((read, _, amount) => read.named.project.filter(|_| has_event(amount)).map(str::to_owned))
            as &[Option<String>],
        &column!((read, _, amount) => has_event(amount).then(|| read.named.category.key().to_owned()))
            as &[Option<String>],
        &column!((_, former, _) => *former) as &[Option<OffsetDateTime>],
        &column!((read, _, _) => read.reading.budget.clone()) as &[Option<String>]
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}

/// The users whose names the customers have, by the name in lower case (of users without one the e-mail address) or the id.
async fn users(services: &Services, customers: &[StoredCustomer]) -> Result<HashMap<String, Uuid>, Error> {
    let names: Vec<String> = customers
        .iter()
        .flat_map(|customer| Named::candidates(&customer.user_id))
        .map(|named| named.user.to_lowercase())
        .collect();
    let ids: Vec<Uuid> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let rows = sqlx::query!(
        r#"select id as "id!", lower(username) as "name!" from users where lower(username) = any($1)
           union all
           select u.id, lower(u.email) from users u
           where u.username is null and lower(u.email) = any($1)
             and not exists (select from users o where lower(o.username) = lower(u.email))
           union all
           select id, id::text from users where id = any($2)"#,
        &names,
        &ids
    );
    Ok(rows.fetch_all(&services.pool).await?.into_iter().map(|row| (row.name, row.id)).collect())
}

/// The projects of which these are customers and that exist, in the spelling of the customers.
async fn projects(services: &Services, customers: &[StoredCustomer]) -> Result<HashSet<String>, Error> {
    let named = customers.iter().flat_map(|customer| Named::candidates(&customer.user_id));
    let names: Vec<String> = named.filter_map(|named| named.project).filter(is_name).map(str::to_owned).collect();
    let rows = sqlx::query_scalar!(
        r#"select n as "name!" from unnest($1::text[]) n
           where exists (select from projects p where lower(p.name) = lower(n))"#,
        &names
    );
    Ok(rows.fetch_all(&services.pool).await?.into_iter().collect())
}

/// Whether the ledger takes it as the name of a project.
fn is_name(project: &&str) -> bool {
    ProjectRef::parse(project).is_ok_and(|name| name.as_str() == *project)
}

/// What was read of customers before, and when.
async fn former(services: &Services, read: &[Read<'_>]) -> Result<HashMap<String, (Reading, OffsetDateTime)>, Error> {
    let names: Vec<String> = read.iter().map(|read| read.customer.user_id.clone()).collect();
    let rows = sqlx::query!(
        "select customer, spend, budget, reset_at, read_at from litellm_spend where customer = any($1)",
        &names
    );
    let reading = |spend, budget, reset_at| Reading { spend, budget, reset_at };
    let rows = rows.fetch_all(&services.pool).await?.into_iter();
    Ok(rows.map(|row| (row.customer, (reading(row.spend, row.budget, row.reset_at), row.read_at))).collect())
}

/// Writes the stored events to the ledger. Returns how many there were.
async fn write_events(services: &Services) -> Result<usize, Error> {
    let mut written = 0;
    loop {
        let rows = sqlx::query!(
            r#"select customer, read_at, event_key as "key!", amount as "amount!", user_id as "user!", project,
                      category as "category!"
               from litellm_spend where event_key is not null order by customer limit $1"#,
            i64::try_from(BATCH).unwrap_or(i64::MAX)
        )
        .fetch_all(&services.pool)
        .await?;
        if rows.is_empty() {
            return Ok(written);
        }
        let (readable, unreadable): (Vec<_>, Vec<_>) = rows
            .iter()
            .map(|row| {
                let project = row.project.as_deref();
                (&row.customer, event(&row.key, row.user, project, &row.category, row.amount, row.read_at))
            })
            .partition(|(_, event)| event.is_some());
        for (customer, _) in unreadable {
            tracing::warn!(customer, "spend of a customer of LiteLLM cannot be read");
        }
        let (customers, events): (Vec<_>, Vec<_>) = readable.into_iter().unzip();
        let outcomes = spend::ingest(services, SOURCE, events.into_iter().flatten().collect()).await?;
        for (customer, outcome) in customers.into_iter().zip(&outcomes) {
            if let EventOutcome::Refused(refusal) = outcome {
                tracing::warn!(customer, %refusal, "spend of a customer of LiteLLM was not added");
            } else {
                written += 1;
            }
        }
        let keys: Vec<String> = rows.into_iter().map(|row| row.key).collect();
        sqlx::query!(
            "update litellm_spend set event_key = null, amount = null, user_id = null, project = null, category = null
             where event_key = any($1)",
            &keys
        )
        .execute(&services.pool)
        .await?;
    }
}

fn event(
    key: &str,
    user: Uuid,
    project: Option<&str>,
    category: &str,
    amount: Decimal,
    spent_at: OffsetDateTime,
) -> Option<SpendEvent> {
    let project = project.map(ProjectRef::parse).transpose().ok()?;
    Some(SpendEvent {
        key: SpendKey::parse(key).ok()?,
        subject: SpendSubject::new(UserRef::parse(&user.to_string()).ok(), project).ok()?,
        category: Category::parse(category).ok()?,
        model: None,
        amount: SpendAmount::parse(&amount.normalize().to_string()).ok()?,
        personal: false,
        tokens: Tokens::default(),
        spent_at,
        corrects: None,
    })
}
