//! The lease of the instance that works on an import: what others wait for, and take over when it expires.

use super::ImportError;
use crate::Services;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How often the lease is renewed; it lasts three times as long.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The right of one instance to work on an import.
#[derive(Clone, Copy)]
pub(super) struct Lease {
    pub(super) import: Uuid,
    pub(super) holder: Uuid,
}

impl Lease {
    /// For this instance.
    pub(super) fn new(services: &Services, import: Uuid) -> Self {
        Self { import, holder: services.new_id() }
    }

    /// When a lease that is renewed now expires.
    pub(super) fn end(services: &Services) -> OffsetDateTime {
        services.clock.now() + HEARTBEAT * 3
    }

    /// Renews the lease until it is lost.
    pub(super) async fn keep(self, services: &Services) -> ImportError {
        let mut every = tokio::time::interval(HEARTBEAT);
        loop {
            every.tick().await;
            let renewed = sqlx::query!(
                "update keycloak_imports set leased_until = $3 where id = $1 and lease_holder = $2 and finished_at is null",
                self.import,
                self.holder,
                Self::end(services)
            )
            .execute(&services.pool)
            .await;
            match renewed {
                Ok(done) if done.rows_affected() == 0 => return ImportError::TakenOver,
                Ok(_) => {}
                // The lease lasts a while longer, and the page that is being written says whether it was lost.
                Err(fault) => tracing::warn!(%fault, "cannot renew the lease of the import"),
            }
        }
    }

    /// Leaves the import to whichever instance is next, with the reason.
    pub(super) async fn release(self, services: &Services, fault: &ImportError) {
        let released = sqlx::query!(
            "update keycloak_imports set leased_until = null, fault = $3
             where id = $1 and lease_holder = $2 and finished_at is null",
            self.import,
            self.holder,
            fault.to_string()
        )
        .execute(&services.pool)
        .await;
        if let Err(fault) = released {
            tracing::warn!(%fault, "cannot release the lease of the import; it expires by itself");
        }
    }
}
