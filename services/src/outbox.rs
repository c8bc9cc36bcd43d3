//! Messages to other systems. A change writes a message in its own transaction, a job delivers it afterwards: at least once,
//! with the id of the message as idempotency key, and again after a while when an attempt failed.
//!
//! Why a table of our own: docs/adr/0016-outbox.md.

mod channels;
mod deliver;
mod mail;
mod webhook;

pub use channels::Channels;
pub use deliver::deliver;
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
    /// The address of a mail; for people, where a webhook is sent to.
    pub recipient: String,
    /// What it is about, for the page of deliveries; the subject of a mail.
    pub subject: String,
    /// The body of a webhook; the text of a mail as `{"text": "…"}`.
    pub payload: Value,
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
    if messages.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($message:ident => $value:expr) => {
            messages.iter().map(|$message| $value).collect::<Vec<_>>()
        };
    }
    let ids: Vec<Uuid> = messages.iter().map(|_| services.new_id()).collect();
    sqlx::query!(
        "insert into outbox (id, channel, recipient, subject, payload, created_at, next_attempt_at)
         select *, $6, $6 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])",
        &ids,
        &column!(message => message.channel.key().to_owned()),
        &column!(message => message.recipient.clone()),
        &column!(message => message.subject.clone()),
        &column!(message => message.payload.clone()),
        services.clock.now()
    )
    .execute(connection)
    .await?;
    Ok(())
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

/// Deletes messages that were delivered or failed a while ago; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    delete_until!(services, "outbox", "settled_at", services.clock.now() - RETENTION)
}
