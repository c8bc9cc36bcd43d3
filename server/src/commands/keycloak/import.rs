//! `bursar keycloak import`, and the import at the start of `serve`.

use super::KeycloakError;
use crate::cli::Import;
use crate::commands::CommandError;
use crate::commands::operate::with_database;
use crate::config::{Config, IdentityProvider};
use domain::import::{CSV_HEADER, ImportProgress, Outcome, ReportRow, ReportTab};
use domain::mode::Mode;
use services::keycloak::import::{self, ImportError, Realm, Started, StartedBy};
use services::keycloak::setup::{Keycloak, Login};
use services::{Services, schema};
use std::io::{self, Write};
use std::time::Duration;

/// How often an import that another instance works on is looked at.
const FOLLOW_PERIOD: Duration = Duration::from_secs(2);
/// The same at the start of `serve`.
const WAIT_PERIOD: Duration = Duration::from_secs(15);
/// The pause after a failure, before the import goes on.
const RETRY_PERIOD: Duration = Duration::from_secs(60);
/// A line of progress for this many users.
const USERS_PER_LINE: u32 = 1_000;

/// `bursar keycloak import`
pub(in crate::commands) async fn run(config: &Config, arguments: Import) -> Result<(), CommandError> {
    if arguments.action.report {
        return with_database(config, async |services| print_report(services, arguments.result).await).await;
    }
    let realm = realm(config)?;
    with_database(config, async |services| {
        schema::migrate(services.database()).await?;
        if arguments.action.plan {
            plan(services, &realm).await
        } else {
            apply(services, &realm, arguments.force).await
        }
    })
    .await
}

/// The realm that the variables name.
fn realm(config: &Config) -> Result<Realm, KeycloakError> {
    let missing = || KeycloakError::ImportVariables(config.missing_for_import().join(", "));
    let url = config.keycloak_admin_url.as_ref().ok_or_else(missing)?;
    let name = config.keycloak_admin_realm.clone().ok_or_else(missing)?;
    let login = Login::ServiceAccount {
        realm: name.clone(),
        client_id: config.keycloak_admin_client_id.clone().ok_or_else(missing)?,
        secret: config.keycloak_admin_client_secret.clone().ok_or_else(missing)?,
    };
    let keycloak = Keycloak::new(url.url().clone(), login)?;
    Ok(Realm::new(keycloak, name))
}

async fn plan(services: &Services, realm: &Realm) -> Result<(), CommandError> {
    let started = import::plan(services, realm, &mut progress_lines()).await.map_err(KeycloakError::from)?;
    let (Started::Done(progress) | Started::Before(progress)) = started else {
        println!("Another instance of Bursar makes a plan at this moment. Try again when it is complete.");
        return Ok(());
    };
    print_counts("would be", &progress);
    print_conflicts(services).await?;
    println!("No user was written. `bursar keycloak import --apply` imports them, and `--report` lists every user.");
    Ok(())
}

async fn apply(services: &Services, realm: &Realm, is_forced: bool) -> Result<(), CommandError> {
    loop {
        let started = import::apply(services, realm, is_forced, StartedBy::Operator, &mut progress_lines()).await;
        match started.map_err(KeycloakError::from)? {
            Started::Done(progress) => {
                print_counts("were", &progress);
                print_conflicts(services).await?;
                println!("The import is complete. `bursar keycloak import --report` lists every user.");
                return Ok(());
            }
            Started::Before(progress) => {
                println!("{}", completed_before(&progress));
                println!("Nothing was imported. With --force the realm is read again; edits in Bursar stay.");
                return Ok(());
            }
            // Only an import that the server starts by itself is held back.
            Started::StoppedByHand => return Ok(()),
            Started::Elsewhere(progress) => {
                println!("{} (another instance of Bursar)", line(&progress));
                tokio::time::sleep(FOLLOW_PERIOD).await;
            }
        }
    }
}

/// Imports the users of the configured realm at the start of `serve`, and comes back when that is complete.
pub(in crate::commands) async fn at_start(services: &Services, config: &Config) {
    if !config.keycloak_migration {
        return;
    }
    if config.mode != Mode::Platform || config.identity_provider != IdentityProvider::Keycloak {
        tracing::warn!(
            "no users are imported: KEYCLOAK_MIGRATION_ENABLED needs ENABLE_USER_MANAGEMENT=true and IDP_PROVIDER=keycloak"
        );
        return;
    }
    let realm = match realm(config) {
        Ok(realm) => realm,
        Err(fault) => return tracing::error!(%fault, "no users are imported"),
    };
    loop {
        let mut tell = |progress: &ImportProgress| tracing::debug!("{}", line(progress));
        let pause = match import::apply(services, &realm, false, StartedBy::Server, &mut tell).await {
            Ok(Started::Done(progress)) => {
                let counts = progress.counts;
                tracing::info!(
                    created = counts.created,
                    updated = counts.updated,
                    skipped = counts.skipped,
                    conflicts = counts.conflicts,
                    failed = counts.failed,
                    "the import of Keycloak's users is complete; KEYCLOAK_MIGRATION_ENABLED can be removed"
                );
                return;
            }
            Ok(Started::Before(progress)) => return tracing::info!("{}", completed_before(&progress)),
            Ok(Started::StoppedByHand) => {
                return tracing::warn!(
                    "a maintainer stopped the import of Keycloak's users; it goes on when one resumes it on the page Identity provider"
                );
            }
            Ok(Started::Elsewhere(_)) => WAIT_PERIOD,
            // The next turn says which of the two it was.
            Err(fault @ ImportError::TakenOver) => {
                tracing::info!(%fault, "this instance no longer imports Keycloak's users");
                WAIT_PERIOD
            }
            Err(fault) => {
                tracing::error!(%fault, "the import of Keycloak's users stopped; it goes on in a minute");
                RETRY_PERIOD
            }
        };
        tokio::time::sleep(pause).await;
    }
}

fn completed_before(progress: &ImportProgress) -> String {
    let at = progress.finished_at.map_or_else(String::new, |at| format!(" on {}", at.date()));
    format!("The users of the realm {} were imported{at}. KEYCLOAK_MIGRATION_ENABLED can be removed.", progress.realm)
}

/// Prints a line for every thousand users.
fn progress_lines() -> impl FnMut(&ImportProgress) + Send {
    let mut printed = 0;
    move |progress: &ImportProgress| {
        let lines = progress.counts.total() / USERS_PER_LINE;
        if lines > printed {
            printed = lines;
            println!("{}", line(progress));
        }
    }
}

fn line(progress: &ImportProgress) -> String {
    let rate = progress.rate().map_or_else(String::new, |rate| format!(", {rate:.0} per second"));
    let left = progress.time_left().filter(|left| left.is_positive());
    let left = left.map_or_else(String::new, |left| format!(", about {} s left", left.whole_seconds()));
    format!("{} of {} users{rate}{left}", progress.counts.total(), progress.total)
}

fn print_counts(verb: &str, progress: &ImportProgress) {
    println!("{} users in the realm {}:", progress.counts.total(), progress.realm);
    for outcome in Outcome::ALL {
        let what = match outcome {
            Outcome::Created => format!("{verb} created"),
            Outcome::Updated => format!("{verb} updated"),
            Outcome::Skipped => format!("{verb} skipped"),
            Outcome::Conflict => "have a conflict and are left out".to_owned(),
            Outcome::Failed => "failed".to_owned(),
        };
        println!("{:>9} {what}", progress.counts.of(outcome));
    }
    if progress.counts.over_limit > 0 {
        println!("{:>9} of them in more projects than USER_PROJECT_LIMIT allows", progress.counts.over_limit);
    }
    if progress.is_writable_by_users {
        println!(
            "Users of the realm can write applications, applications_admin, user_type or guest themselves, so an import may \
             grant what they wrote. `bursar keycloak setup` lets administrators alone write these attributes. Check them \
             before you apply."
        );
    }
    if !progress.has_attributes && progress.counts.total() > 0 {
        println!(
            "Keycloak showed no attribute of any user, so no user has a project. Declare the attributes applications and \
             applications_admin in the realm's user profile: `bursar keycloak setup` does it."
        );
    }
}

async fn print_conflicts(services: &Services) -> Result<(), CommandError> {
    for outcome in [Outcome::Conflict, Outcome::Failed] {
        each_row(services, Some(ReportTab::Outcome(outcome)), |out, row| {
            writeln!(out, "{} ({}): {}.", row.username, row.address, row.detail)
        })
        .await?;
    }
    Ok(())
}

async fn print_report(services: &Services, outcome: Option<Outcome>) -> Result<(), CommandError> {
    print!("{CSV_HEADER}");
    each_row(services, outcome.map(ReportTab::Outcome), |out, row| out.write_all(row.csv().as_bytes())).await
}

/// Every row of the last plan or import. Ends early when the output is closed.
async fn each_row(
    services: &Services,
    tab: Option<ReportTab>,
    print: impl Fn(&mut dyn Write, &ReportRow) -> io::Result<()>,
) -> Result<(), CommandError> {
    let Some((import, _)) = import::latest(services).await? else { return Ok(()) };
    let mut after = None;
    loop {
        let rows = import::report(services, import, tab, after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.place);
        let mut out = io::stdout().lock();
        if rows.iter().try_for_each(|row| print(&mut out, row)).is_err() {
            return Ok(());
        }
    }
}
