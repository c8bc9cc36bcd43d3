//! Leases of work that one instance does at a time: renewed while it goes on, taken over when they expire.

use std::time::Duration;
use time::OffsetDateTime;

/// How often a lease is renewed; it lasts three times as long.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// When a lease that is renewed now expires.
pub(crate) fn end(now: OffsetDateTime) -> OffsetDateTime {
    now + HEARTBEAT * 3
}

/// Renews a lease until it is lost, as `renew` tells then. A lease that cannot be renewed lasts a while longer.
pub(crate) async fn keep<F>(work: &str, mut renew: impl FnMut() -> F)
where
    F: Future<Output = Result<bool, sqlx::Error>>,
{
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match renew().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(fault) => tracing::warn!(work, %fault, "cannot renew a lease"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn lease_is_renewed_until_it_is_lost() {
        let mut renewals = 0;
        keep("a test", || {
            renewals += 1;
            std::future::ready(match renewals {
                2 => Err(sqlx::Error::PoolTimedOut),
                4 => Ok(false),
                _ => Ok(true),
            })
        })
        .await;
        assert_eq!(renewals, 4, "also after one that failed");
    }
}
