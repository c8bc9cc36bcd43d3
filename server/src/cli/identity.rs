//! `bursar identity`: its arguments.

use clap::{Args, Subcommand};
use url::Url;

/// What `bursar identity` can do.
#[derive(Debug, Subcommand)]
pub enum Identity {
    /// Find users again after the address of the identity provider changed: what is known of them under one issuer is
    /// known under another. Can be repeated, and taken back by the same command the other way round.
    Move(Move),
}

/// What `bursar identity move` moves.
#[derive(Debug, Args)]
pub struct Move {
    /// The issuer until now, exactly as it stood in OIDC_ISSUER_URL.
    #[arg(long, value_name = "ISSUER", value_parser = issuer)]
    pub from: String,
    /// The issuer from now on, exactly as it stands in OIDC_ISSUER_URL.
    #[arg(long, value_name = "ISSUER", value_parser = issuer)]
    pub to: String,
    /// Only print what would be moved, and the conflicts.
    #[arg(long)]
    pub plan: bool,
}

/// As written: issuers are compared letter by letter, also in the final slash.
fn issuer(raw: &str) -> Result<String, String> {
    match Url::parse(raw) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(raw.to_owned()),
        _ => Err("It looks like https://id.example.com/realms/main.".to_owned()),
    }
}
