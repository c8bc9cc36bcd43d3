//! The lease of the instance that works on an import: what others wait for, and take over when it expires.

use super::ImportError;
use crate::{Services, lease};
use time::OffsetDateTime;
use uuid::Uuid;

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
        lease::end(services.clock.now())
    }

    /// Renews the lease until it is lost.
    pub(super) async fn keep(self, services: &Services) -> ImportError {
        lease::keep("import", async || {
            let renewed = sqlx::query!(
                "update keycloak_imports set leased_until = $3 where id = $1 and lease_holder = $2 and finished_at is null",
                self.import,
                self.holder,
                Self::end(services)
            );
            Ok(renewed.execute(&services.pool).await?.rows_affected() > 0)
        })
        .await;
        ImportError::TakenOver
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
