//! `bursar demo-data`: a database to measure with.

use super::CommandError;
use super::operate::with_database;
use crate::cli::DemoData;
use crate::config::{Config, PublicUrl};
use services::demo::{self, Amount, Progress};
use services::schema;
use std::time::Instant;

/// Fills the configured database and says how far it is.
pub(super) async fn run(config: &Config, asked: &DemoData) -> Result<(), CommandError> {
    // A console that people reach by https is no place for people who do not exist.
    if config.public_url.as_ref().is_some_and(PublicUrl::is_https) {
        return Err(CommandError::LooksLikeProduction);
    }
    let start = Instant::now();
    let mut tell = |Progress { what, rows, is_done }| {
        let end = if is_done { ", all of them" } else { "" };
        println!("{:>7.1} s  {rows:>9} {what}{end}", start.elapsed().as_secs_f64());
    };
    with_database(config, async |services| {
        schema::migrate(services.database()).await?;
        let DemoData { users, projects, spend_events, seed, .. } = *asked;
        let amount = Amount { users, projects, spend_events, seed };
        Ok(demo::fill(services, amount, asked.beside_others, &mut tell).await?)
    })
    .await?;
    println!("{:>7.1} s  filled", start.elapsed().as_secs_f64());
    Ok(())
}
