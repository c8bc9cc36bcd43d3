//! The job that finds what the proxy has to be told.

use super::objects::{self, Object, Wanted};
use super::start;
use crate::Services;
use crate::change::commit;
use crate::error::Error;
use crate::outbox::{self, Message};
use domain::delivery::Channel;

/// The most objects that are read at once, each reading of which compares all of them.
const READ: i64 = 10_000;
/// The most messages of one statement.
const BATCH: usize = 1_000;

/// Writes messages for all that is not what the proxy was told; called by a job. Does nothing before pushing was started.
/// Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn plan(services: &Services) -> Result<usize, Error> {
    let mut written = 0;
    loop {
        let mut transaction = services.pool.begin().await?;
        if !start::hold(services, &mut transaction).await? {
            return Ok(written);
        }
        let untold = objects::load(services, Wanted::Untold, Some(READ)).await?;
        write(services, &mut transaction, &untold).await?;
        commit(transaction).await?;
        written += untold.len();
        if untold.len() < usize::try_from(READ).unwrap_or(usize::MAX) {
            return Ok(written);
        }
    }
}

/// Writes the messages that tell what these objects have to be.
pub(super) async fn write(
    services: &Services,
    connection: &mut sqlx::PgConnection,
    objects: &[Object],
) -> Result<(), Error> {
    let message = |object: &Object| Message {
        channel: Channel::LiteLlm,
        recipient: object.name.clone(),
        subject: if object.title.is_empty() { "No longer in use".to_owned() } else { object.title.clone() },
        payload: object.payload.clone(),
    };
    for batch in objects.chunks(BATCH) {
        outbox::replace(services, connection, &batch.iter().map(message).collect::<Vec<_>>()).await?;
    }
    Ok(())
}
