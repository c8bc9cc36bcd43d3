//! `bursar break-glass`.

use super::CommandError;
use super::operate::with_database;
use crate::cli::BreakGlass;
use crate::config::Config;
use secrecy::ExposeSecret as _;
use services::break_glass::{self, Issue};
use services::schema;
use std::os::unix::fs::MetadataExt as _;
use time::{Duration, OffsetDateTime, UtcOffset};

/// Issues a code and prints it once, or revokes.
pub(super) async fn run(config: &Config, arguments: &BreakGlass) -> Result<(), CommandError> {
    let operator = arguments.issued_by.clone().unwrap_or_else(operator);
    with_database(config, async |services| {
        schema::migrate(services.database()).await?;
        if arguments.revoke {
            let revoked = break_glass::revoke(services, &operator).await?;
            println!("Codes revoked: {}. Sessions ended: {}.", revoked.codes, revoked.sessions);
            return Ok(());
        }
        let issue = Issue {
            issued_by: operator,
            code_lifetime: Duration::minutes(arguments.valid_minutes),
            session_lifetime: Duration::minutes(arguments.session_minutes),
        };
        let issued = break_glass::issue(services, issue).await?;
        let origin = config.public_url.as_ref().map(|url| url.origin());
        let page = match origin {
            Some(origin) => format!("{origin}{}", app::paths::BREAK_GLASS),
            None => format!("{} at Bursar's address", app::paths::BREAK_GLASS),
        };
        println!("Break-glass code, shown once: {}", issued.code.expose_secret());
        println!("Open {page} and enter it until {}.", clock_time(issued.expires_at));
        let minutes = issued.session_lifetime.whole_minutes();
        println!("It works once. The session belongs to no user, may what a maintainer may, and ends after {minutes} minutes.");
        if issued.has_replaced {
            println!("The code that was issued before no longer works.");
        }
        println!("To revoke the code and its session: bursar break-glass --revoke");
        Ok(())
    })
    .await
}

/// User and host of this process, as far as they are known. Nothing proves them: they are hints for the audit log.
fn operator() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let number =
        || std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |of| format!("uid {}", of.uid()));
    let user = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(variable).unwrap_or_else(number);
    let file = || std::fs::read_to_string("/etc/hostname").ok().filter(|name| !name.trim().is_empty());
    match variable("HOSTNAME").or_else(file) {
        Some(host) => format!("{user}@{}", host.trim()),
        None => user,
    }
}

/// `14:22 UTC`.
fn clock_time(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{:02}:{:02} UTC", at.hour(), at.minute())
}
