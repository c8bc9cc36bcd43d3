//! `bursar identity`.

use super::CommandError;
use super::operate::with_database;
use super::start;
use crate::cli::{Identity, Move};
use crate::config::Config;
use domain::identity_move::{KnownIssuer, MovePlan};
use services::identity::issuer_move::{self, IssuerMove};
use services::{Services, schema};

/// Why identities cannot be moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// There is nothing to do.
    #[error("--from and --to name the same issuer.")]
    SameIssuer,
    /// Most likely a typing error.
    #[error("No user is known by {from}. Issuers that users are known by:{}", lines(.known))]
    UnknownIssuer {
        /// The issuer that was given.
        from: String,
        /// The issuers that there are.
        known: Vec<KnownIssuer>,
    },
    /// Other transactions held users all the while.
    #[error("{0} identities are in use by other transactions. Run the command again.")]
    InUse(i64),
}

fn lines(known: &[KnownIssuer]) -> String {
    known.iter().map(|known| format!("\n  {} ({} users)", known.issuer, known.identities)).collect()
}

/// Does what the command line asks.
pub(super) async fn run(config: &Config, command: Identity) -> Result<(), CommandError> {
    match command {
        Identity::Move(asked) => {
            with_database(config, async |services| move_issuer(config, services, &asked).await).await
        }
    }
}

/// `bursar identity move`
async fn move_issuer(config: &Config, services: &Services, asked: &Move) -> Result<(), CommandError> {
    let Move { from, to, plan: is_plan } = asked;
    if from == to {
        return Err(MoveError::SameIssuer.into());
    }
    let issuers = IssuerMove { from, to };
    if !is_plan {
        schema::migrate(services.database()).await?;
    }
    let plan = issuer_move::plan(services, issuers).await?;
    check_known(services, issuers, &plan).await?;
    print_plan(issuers, &plan);
    if start::issuer(config).is_none_or(|issuer| issuer != *to) {
        println!("OIDC_ISSUER_URL is not {to} here. Set it after the move, and restart every instance.");
    }
    if *is_plan {
        println!("Nothing was changed. Run the command without --plan to move them.");
        return Ok(());
    }
    let (plan, moved) = issuer_move::run(services, issuers).await?;
    println!("Moved {moved} identities. To take it back: bursar identity move --from {to} --to {from}");
    if plan.already_there > 0 {
        println!("{} users were known by {to} before; taking it back moves these too.", plan.already_there);
    }
    match plan.identities - i64::try_from(moved).unwrap_or(i64::MAX) {
        left if left > 0 => Err(MoveError::InUse(left).into()),
        _ => Ok(()),
    }
}

/// Refuses an issuer that no user is known by, where others are.
async fn check_known(services: &Services, issuers: IssuerMove<'_>, plan: &MovePlan) -> Result<(), CommandError> {
    if plan.identities + plan.conflicts + plan.sessions > 0 || plan.is_recorded {
        return Ok(());
    }
    let known = issuer_move::known_issuers(services).await?;
    if known.is_empty() {
        return Ok(());
    }
    Err(MoveError::UnknownIssuer { from: issuers.from.to_owned(), known }.into())
}

fn print_plan(IssuerMove { from, to }: IssuerMove<'_>, plan: &MovePlan) {
    println!("Users known by {from}: {}", plan.identities + plan.conflicts);
    println!("  become known by {to}: {}", plan.identities);
    println!("  stay, because another user has their subject at {to}: {}", plan.conflicts);
    for conflict in &plan.listed_conflicts {
        println!("    {}: {} and {}", conflict.subject, conflict.old_user, conflict.new_user);
    }
    if plan.conflicts > 0 {
        println!(
            "    The pages of the former list the conflict after the move. An administrator links or dismisses it."
        );
    }
    println!("Sessions that go on: {}", plan.sessions);
}
