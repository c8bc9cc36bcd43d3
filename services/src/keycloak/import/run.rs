//! An import that this instance works on: its progress, its passes, and the completed marker.
//!
//! A pass reads the users of the realm page by page. Users who are deleted meanwhile move the others to an earlier page,
//! so a pass in which that happened is followed by another one, which passes over the users who have a result.

use super::ImportError;
use super::lease::Lease;
use super::realm::Page;
use super::row::{Row, number, stored};
use crate::Services;
use domain::import::{ImportCounts, ImportKind, ImportProgress};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// How often the realm is read before the import stops. It begins with the first pass again when it goes on.
const MAX_PASSES: i16 = 5;

/// An import that this instance works on.
pub(super) struct Run {
    lease: Lease,
    position: u32,
    pass: i16,
    /// The user at the end of the last page; `None` where Keycloak left out users of it.
    last_subject: Option<String>,
    has_moved: bool,
    progress: ImportProgress,
}

impl Run {
    /// At the first page.
    pub(super) const fn new(lease: Lease, progress: ImportProgress) -> Self {
        Self { lease, position: 0, pass: 1, last_subject: None, has_moved: false, progress }
    }

    /// After the last page that was committed.
    pub(super) fn resumed(lease: Lease, row: Row, now: OffsetDateTime) -> Self {
        let (position, pass, has_moved) = (number(row.position), row.pass, row.has_moved);
        let last_subject = row.last_subject.clone();
        let progress = ImportProgress::from(row);
        let resumed_with = progress.counts.total();
        let progress = ImportProgress { fault: None, resumed_at: Some(now), resumed_with, ..progress };
        Self { lease, position, pass, last_subject, has_moved, progress }
    }

    pub(super) const fn id(&self) -> Uuid {
        self.lease.import
    }

    pub(super) const fn lease(&self) -> Lease {
        self.lease
    }

    /// Where the next page begins.
    pub(super) const fn position(&self) -> u32 {
        self.position
    }

    /// Whether users may have been passed over in this pass, at the latest between the last page and this one. Users who
    /// were added before this page are no reason: the last user comes later then, and is on this page.
    pub(super) fn has_moved(&self, page: &Page) -> bool {
        self.has_moved || self.has_gap_before(page)
    }

    fn has_gap_before(&self, page: &Page) -> bool {
        match &self.last_subject {
            _ if self.position == 0 => false,
            Some(last) => !page.users.iter().any(|user| user.id == *last),
            // Keycloak removes users whom a directory no longer has when it lists them, which moves the others, and always
            // leaves out users whom the service account may not see. Only the former are gone in the next pass.
            None => self.pass == 1 && !page.users.is_empty(),
        }
    }

    /// Whether every user of the realm was read, `count` of them.
    pub(super) const fn is_complete(&self, count: u32) -> bool {
        !self.has_moved && (self.pass > 1 || self.progress.counts.total() >= count)
    }

    pub(super) const fn progress(&self) -> &ImportProgress {
        &self.progress
    }

    pub(super) fn into_progress(self) -> ImportProgress {
        self.progress
    }

    pub(super) fn is_plan(&self) -> bool {
        self.progress.kind == ImportKind::Plan
    }

    /// Records a page within its transaction. No other instance writes a page of this import before the commit.
    pub(super) async fn advance(
        &self,
        services: &Services,
        connection: &mut PgConnection,
        next: &Advanced,
    ) -> Result<(), ImportError> {
        let counts = next.counts;
        let advanced = sqlx::query!(
            "update keycloak_imports set
               position = $3, created = $4, updated = $5, skipped = $6, conflicts = $7, failed = $8, over_limit = $9,
               has_attributes = has_attributes or $10, leased_until = $12, updated_at = $11, last_subject = $13,
               has_moved = $14
             where id = $1 and lease_holder = $2 and finished_at is null",
            self.lease.import,
            self.lease.holder,
            stored(next.position),
            stored(counts.created),
            stored(counts.updated),
            stored(counts.skipped),
            stored(counts.conflicts),
            stored(counts.failed),
            stored(counts.over_limit),
            next.has_attributes,
            services.clock.now(),
            Lease::end(services),
            next.last_subject,
            next.has_moved
        )
        .execute(connection)
        .await?;
        if advanced.rows_affected() == 0 { Err(ImportError::TakenOver) } else { Ok(()) }
    }

    /// The page is committed.
    pub(super) fn advanced(&mut self, services: &Services, next: Advanced) {
        (self.position, self.has_moved) = (next.position, next.has_moved);
        self.last_subject = next.last_subject;
        self.progress.counts = next.counts;
        self.progress.has_attributes |= next.has_attributes;
        self.progress.updated_at = services.clock.now();
    }

    /// Reads the realm once more.
    pub(super) async fn begin_pass(&mut self, services: &Services) -> Result<(), ImportError> {
        let is_last = self.pass >= MAX_PASSES;
        let pass = if is_last { 1 } else { self.pass + 1 };
        let begun = sqlx::query!(
            "update keycloak_imports set position = 0, pass = $3, last_subject = null, has_moved = false
             where id = $1 and lease_holder = $2",
            self.lease.import,
            self.lease.holder,
            pass
        )
        .execute(&services.pool)
        .await?;
        (self.position, self.pass, self.has_moved, self.last_subject) = (0, pass, false, None);
        match begun.rows_affected() {
            0 => Err(ImportError::TakenOver),
            _ if is_last => Err(ImportError::UsersDeleted),
            _ => Ok(()),
        }
    }

    /// Sets the completed marker.
    pub(super) async fn finish(&mut self, services: &Services) -> Result<(), ImportError> {
        let now = services.clock.now();
        let finished = sqlx::query!(
            "update keycloak_imports set finished_at = $3, updated_at = $3, leased_until = null, fault = null
             where id = $1 and lease_holder = $2 and finished_at is null",
            self.lease.import,
            self.lease.holder,
            now
        )
        .execute(&services.pool)
        .await?;
        (self.progress.finished_at, self.progress.updated_at) = (Some(now), now);
        if finished.rows_affected() == 0 { Err(ImportError::TakenOver) } else { Ok(()) }
    }
}

/// How far an import is after a page.
pub(super) struct Advanced {
    pub(super) position: u32,
    pub(super) counts: ImportCounts,
    pub(super) has_attributes: bool,
    pub(super) last_subject: Option<String>,
    pub(super) has_moved: bool,
}
