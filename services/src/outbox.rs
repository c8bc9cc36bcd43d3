//! Messages to other systems. A change writes a message in its own transaction, a job delivers it afterwards: at least once,
//! with the id of the message as idempotency key, and again after a while when an attempt failed. What LiteLLM has to be told
//! is found and written by a job.
//!
//! Why a table of our own: docs/adr/0016-outbox.md.

mod channels;
mod deliver;
mod litellm;
mod mail;
mod webhook;

pub use channels::Channels;
pub use deliver::deliver;
pub(crate) use litellm::Put;
pub use litellm_admin::LiteLlm;
pub use mail::{MailError, Mailer};
pub use webhook::{Webhook, WebhookSecret};

use crate::Services;
use crate::error::Error;
use crate::sweep::delete_until;
use domain::delivery::Channel;
use domain::error::Refusal;
use domain::id::DeliveryId;
use domain::violation::Violation;
use serde_json::Value;
use sqlx::PgConnection;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a message is kept after it was delivered or failed.
const RETENTION: Duration = Duration::days(30);

/// A message to another system.
#[derive(Clone, Debug)]
pub struct Message {
    /// How it is sent.
    pub channel: Channel,
    /// The address of a mail; for people, where a webhook is sent to; the name of an object in LiteLLM.
    pub recipient: String,
    /// What it is about, for the page of deliveries; the subject of a mail.
    pub subject: String,
    /// The body of a webhook; the text of a mail as `{"text": "…"}`; what LiteLLM has to make of an object.
    pub payload: Value,
}

/// Inserts messages; the last argument is what follows the insert.
macro_rules! insert {
    ($services:expr, $connection:expr, $messages:expr, $and:literal) => {{
        macro_rules! column {
            ($message:ident => $value:expr) => {
                $messages.iter().map(|$message| $value).collect::<Vec<_>>()
            };
        }
        if $messages.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = $messages.iter().map(|_| $services.new_id()).collect();
        sqlx::query!(
            "insert into outbox (id, channel, recipient, subject, payload, created_at, next_attempt_at)
             select *, $6, $6 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])"
                + $and,
            &ids,
            &column!(message => message.channel.key().to_owned()),
            &column!(message => message.recipient.clone()),
            &column!(message => message.subject.clone()),
            &column!(message => message.payload.clone()),
            $services.clock.now()
        )
        .execute($connection)
        .await?;
        Ok(())
    }};
}

/// A time in the body of a webhook.
pub(crate) fn timestamp(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// Writes messages in the transaction of what they tell. One statement.
///
/// # Errors
/// The database failed.
pub async fn enqueue(services: &Services, connection: &mut PgConnection, messages: &[Message]) -> Result<(), Error> {
    insert!(services, connection, messages, "")
}

/// Writes messages of which the recipient needs the latest alone, as that of an object's state: each replaces the one that
/// its recipient was written before. One statement.
///
/// # Errors
/// The database failed.
pub(crate) async fn replace(
    services: &Services,
    connection: &mut PgConnection,
    messages: &[Message],
) -> Result<(), Error> {
    insert!(
        services,
        connection,
        messages,
        " on conflict (channel, recipient) where channel = 'litellm' do update
            set subject = excluded.subject, payload = excluded.payload, created_at = excluded.created_at,
                next_attempt_at = excluded.next_attempt_at, state = 'pending', attempts = 0, problem = null,
                settled_at = null,
                -- An attempt under way sends the message before: it loses its lease, so that what it comes to is not
                -- written down, and while the lease would have lasted no other attempt begins, which it could overtake.
                leased_until = outbox.leased_until + interval '1 microsecond'"
    )
}

/// Has a message that failed be sent again, with as many attempts as a new one. Returns its subject.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such message, [`Violation::DeliveryNotWaiting`] when it was delivered or is being
/// sent.
pub(crate) async fn requeue(
    services: &Services,
    connection: &mut PgConnection,
    message: DeliveryId,
) -> Result<String, Error> {
    let now = services.clock.now();
    // A message that is refused is not locked: its delivery goes on at once, not after this transaction's end.
    let subject = sqlx::query_scalar!(
        "update outbox set state = 'pending', settled_at = null, attempts = 0, next_attempt_at = $2
         where id = $1 and state <> 'delivered' and (leased_until is null or leased_until <= $2)
         returning subject",
        message.0,
        now
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(subject) = subject {
        return Ok(subject);
    }
    let exists = sqlx::query_scalar!(r#"select exists(select from outbox where id = $1) as "exists!""#, message.0);
    Err(if exists.fetch_one(connection).await? {
        Violation::DeliveryNotWaiting.into()
    } else {
        Refusal::NotFound.into()
    })
}

/// Removes the messages of a channel that contain `what`. One that is being sent is not written down.
///
/// # Errors
/// The database failed.
pub(crate) async fn forget(connection: &mut PgConnection, channel: Channel, what: &Value) -> Result<(), Error> {
    sqlx::query!("delete from outbox where channel = $1 and payload @> $2", channel.key(), what)
        .execute(connection)
        .await?;
    Ok(())
}

/// Has the messages of a channel be sent once more, but for delivered ones that contain `except`.
///
/// # Errors
/// The database failed.
pub(crate) async fn repeat(
    connection: &mut PgConnection,
    channel: Channel,
    except: &Value,
    now: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update outbox set state = 'pending', settled_at = null, attempts = 0, problem = null, next_attempt_at = $3
         where channel = $1 and not (state = 'delivered' and payload @> $2)",
        channel.key(),
        except,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes messages that were delivered or failed a while ago; called by a job. Returns how many there were. Those to LiteLLM
/// stay: they are what it was told.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    delete_until!(services, "outbox", "settled_at", services.clock.now() - RETENTION, and "channel <> 'litellm'")
}
