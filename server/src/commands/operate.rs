//! What operators do by hand.

use super::CommandError;
use super::start::{self, Database};
use crate::config::Config;
use domain::email::Email;
use services::audit::{self, Head};
use services::{Services, bootstrap, schema};
use std::path::Path;

/// `bursar migrate`
pub(super) async fn migrate(config: &Config, from: Option<&Path>) -> Result<(), CommandError> {
    with_database(config, async |services| {
        let database = services.database();
        // The files of another state may know no audit log yet.
        if let Some(folder) = from {
            return Ok(schema::migrate_from(database, folder).await?);
        }
        schema::migrate(database).await?;
        audit::protect(database).await?;
        Ok(())
    })
    .await?;
    println!("The schema is up to date.");
    Ok(())
}

/// `bursar grant-maintainer`
pub(super) async fn grant_maintainer(
    config: &Config,
    email: &Email,
    subject: Option<&str>,
) -> Result<(), CommandError> {
    with_database(config, async |services| {
        schema::migrate(services.database()).await?;
        Ok(bootstrap::grant_maintainer(services, email, subject).await?)
    })
    .await?;
    println!("{email} is a maintainer now.");
    Ok(())
}

/// `bursar verify-audit`
pub(super) async fn verify_audit(config: &Config, known: Option<&Head>) -> Result<(), CommandError> {
    with_database(config, async |services| {
        let report = audit::verify(services, known).await?;
        audit::record_verification(services, &report).await?;
        for fault in &report.faults {
            println!("{fault}");
        }
        let others = report.problems.saturating_sub(report.faults.len() as u64);
        if others > 0 {
            println!("and {others} other problems");
        }
        println!("{} entries are sealed, {} wait for the next seal.", report.sealed, report.waiting);
        if let Some(head) = report.head {
            println!("last seal {}:{}", head.number, head.hash);
        }
        if report.faults.is_empty() { Ok(()) } else { Err(CommandError::AuditBroken) }
    })
    .await
}

/// `bursar check-config`
pub(super) async fn check_config(config: &Config) -> Result<(), CommandError> {
    for (name, value) in config.shown() {
        println!("{name} = {value}");
    }
    let faults = start::faults(config).await;
    if !faults.is_empty() {
        return Err(CommandError::Several(faults));
    }
    println!("The configuration is good. Listens on {}.", config.listen());
    Ok(())
}

/// `bursar postgres`
#[cfg(feature = "embedded-postgres")]
pub(super) async fn postgres(
    config: &Config,
    data_dir: Option<std::path::PathBuf>,
    throw_away: bool,
) -> Result<(), CommandError> {
    use embedded_postgres::Data;
    let data = data_dir.map(Data::Folder).or_else(|| throw_away.then_some(Data::Temporary));
    Ok(crate::postgres::run(config, data).await?)
}

/// Runs something on the database and closes it again, whatever came of it.
pub(super) async fn with_database(
    config: &Config,
    action: impl AsyncFnOnce(&Services) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let database = Database::open_beside(config).await?;
    let result = match database.services(config) {
        Ok(services) => {
            let result = action(&services).await;
            services.pool().close().await;
            result
        }
        Err(fault) => Err(fault),
    };
    database.close().await;
    result
}
