//! The process that keeps a private Postgres for another one.

use super::Error;
use super::binaries::Binaries;
use super::cluster::{Cluster, Durability};
use super::folder::{Folder, default_root};
use super::owner::Owner;
use crate::config::{Config, Secret};
use crate::signals;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In `BURSAR_DATA_DIR` or its default.
    Configured,
    /// In this folder.
    Folder(PathBuf),
    /// In a temporary folder, without durability; removed at the end. For tests.
    ThrowAway,
}

/// Runs Postgres, prints its address as one line when it is ready, and stops it on a signal or when standard input
/// closes, which it does when the process at its other end is gone.
///
/// # Errors
/// Postgres cannot be found, started or stopped.
pub async fn keep(config: &Config, place: Place) -> Result<(), Error> {
    let end = signals::stop_or_closed_input();
    let owner = Owner::of_this_process().await?;
    let configured = configured_root(config);
    let store = configured.join("programs");
    let mut thrown_away = None;
    let root = match place {
        Place::Configured => configured,
        Place::Folder(folder) => folder,
        Place::ThrowAway => thrown_away.insert(temporary_folder()?).path().to_owned(),
    };
    let durability = if thrown_away.is_some() { Durability::ThrowAway } else { Durability::Full };

    let folder = Folder::open(&root, owner)?;
    let _lock = folder.lock().await?;
    let binaries =
        Binaries::find(config.postgres_bin.as_deref(), &store, folder.data_version(), &folder.data()).await?;
    let cluster = Cluster { folder, binaries, owner, durability };
    let url = cluster.start().await?;
    // Whoever waits for the address may be gone already; then standard input is closed too, and this ends below.
    let _ = writeln!(std::io::stdout(), "{url}");
    end.await;
    cluster.stop().await
}

/// The address of the configured Postgres when another Bursar keeps it running, for what operators do beside it.
pub fn running(config: &Config) -> Option<Secret> {
    let folder = Folder::existing(&configured_root(config)).ok()?;
    folder.is_taken().then(|| Secret::new(folder.url()))
}

fn configured_root(config: &Config) -> PathBuf {
    config.data_dir.clone().unwrap_or_else(default_root)
}

/// Checks what of the configuration can be checked without making anything.
///
/// # Errors
/// `BURSAR_POSTGRES_BIN` names no usable Postgres.
pub async fn check(config: &Config) -> Result<(), Error> {
    match &config.postgres_bin {
        Some(folder) => Binaries::named(folder).await.map(drop),
        None => Ok(()),
    }
}

/// A folder that the user Postgres runs as may pass through.
fn temporary_folder() -> Result<tempfile::TempDir, Error> {
    let failed = "cannot make a temporary folder";
    let folder = tempfile::Builder::new().prefix("bursar-").tempdir().map_err(Error::io(failed))?;
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).map_err(Error::io(failed))?;
    Ok(folder)
}
