//! The process that runs Postgres for another process.

use crate::Error;
use crate::binaries::Binaries;
use crate::cluster::{Cluster, Durability};
use crate::folder::Folder;
use crate::owner::Owner;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What is run, and for which program.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the program, in lower-case letters: the database bears it, and so do the user that root's Postgres
    /// runs as (`<application>-postgres`, created if it is missing) and temporary folders.
    pub application: &'static str,
    /// The folder with `initdb` and `pg_ctl`; otherwise they are fetched, or looked for where systems install them.
    pub binaries: Option<PathBuf>,
    /// Where fetched binaries are kept.
    pub downloads: PathBuf,
}

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// In this folder, durably.
    Folder(PathBuf),
    /// In a temporary folder, without durability; removed at the end. For tests.
    Temporary,
}

/// Runs Postgres, prints its address as one line when it is ready, and stops it when `stop` completes.
///
/// # Errors
/// Postgres cannot be found, started or stopped.
pub async fn keep(settings: &Settings, data: Data, stop: impl Future<Output = ()>) -> Result<(), Error> {
    let application = settings.application;
    let owner = Owner::of_this_process(application).await?;
    let mut temporary = None;
    let (root, durability) = match data {
        Data::Folder(folder) => (folder, Durability::Full),
        Data::Temporary => (temporary.insert(temporary_folder(application)?).path().to_owned(), Durability::ThrowAway),
    };
    let folder = Folder::open(&root, application, owner)?;
    let _lock = folder.lock().await?;
    let binaries = Binaries::find(settings, folder.data_version(), &folder.data()).await?;
    let cluster = Cluster { folder, binaries, owner, durability };
    let url = cluster.start().await?;
    // The process that reads the address may be gone already; then `stop` completes at once.
    let _ = writeln!(std::io::stdout(), "{url}");
    stop.await;
    cluster.stop().await
}

/// The address of the database in `root` while another process keeps it running.
pub fn running_url(root: &Path, application: &'static str) -> Option<String> {
    let folder = Folder::existing(root, application).ok()?;
    folder.is_taken().then(|| folder.url())
}

/// Checks that `folder` holds the binaries of a supported Postgres.
///
/// # Errors
/// [`Error::BadBinaries`] when it does not.
pub async fn check_binaries(folder: &Path) -> Result<(), Error> {
    Binaries::named(folder).await.map(drop)
}

/// A folder that the user Postgres runs as may pass through.
fn temporary_folder(application: &str) -> Result<tempfile::TempDir, Error> {
    let failed = "cannot create a temporary folder";
    let folder = tempfile::Builder::new().prefix(&format!("{application}-")).tempdir().map_err(Error::io(failed))?;
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).map_err(Error::io(failed))?;
    Ok(folder)
}
