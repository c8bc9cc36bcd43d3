//! Files that leave the console: each download is an audit event with what was asked for. Where the event cannot be
//! written, the file is refused.

use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use crate::guard::Caller;
use uuid::Uuid;

/// A file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// Events of the audit log as CSV.
    AuditLogCsv,
    /// Events of the audit log as JSON lines.
    AuditLogJson,
    /// The breakdown of spend as CSV.
    SpendingCsv,
    /// The report of an import from Keycloak as CSV.
    ImportReportCsv,
}

impl Export {
    /// Its name in the audit log.
    const fn title(self) -> &'static str {
        match self {
            Self::AuditLogCsv => "Audit log as CSV",
            Self::AuditLogJson => "Audit log as JSON lines",
            Self::SpendingCsv => "Spending as CSV",
            Self::ImportReportCsv => "Import report as CSV",
        }
    }

    /// The same for every download of the file, so that its events are found together.
    const fn id(self) -> Uuid {
        Uuid::from_u128(match self {
            Self::AuditLogCsv => 0xe1,
            Self::AuditLogJson => 0xe2,
            Self::SpendingCsv => 0xe3,
            Self::ImportReportCsv => 0xe4,
        })
    }
}

/// Records that a file is about to be sent, with the filters of its address.
///
/// # Errors
/// The database failed; then the file is not to be sent.
pub async fn record(
    services: &Services,
    caller: &Caller,
    export: Export,
    filters: Vec<(&'static str, String)>,
) -> Result<(), Error> {
    let entry = Entry::new(Action::Exported, TargetType::Export, export.id(), export.title());
    let entry = filters.into_iter().fold(entry, |entry, (name, value)| entry.set(name, value));
    let mut transaction = services.pool.begin().await?;
    audit::write(services, &mut transaction, By::Caller(caller), entry).await?;
    transaction.commit().await?;
    Ok(())
}
