//! The folder of an embedded Postgres, and the lock that keeps a second keeper out of it.

use crate::Error;
use crate::owner::Owner;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(crate) const SUPERUSER: &str = "postgres";
/// The default, so that `psql` needs no more than the folder of the socket.
pub(crate) const PORT: u16 = 5432;
/// A Unix socket's address has 108 bytes on Linux and 104 on macOS.
const LONGEST_SOCKET: usize = 100;
/// A predecessor that was killed needs a moment to stop its Postgres.
const LOCK_TIMEOUT: Duration = Duration::from_secs(20);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// The folder of one embedded Postgres, and the name of its database.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    database: &'static str,
}

impl Folder {
    /// Creates the folder if it is missing, and checks that Postgres can run in it.
    pub(crate) fn open(root: &Path, database: &'static str, owner: Owner) -> Result<Self, Error> {
        std::fs::create_dir_all(root).map_err(Error::io(format!("cannot create {}", root.display())))?;
        let folder = Self::existing(root, database).map_err(Error::io(format!("cannot open {}", root.display())))?;
        if folder.socket().as_os_str().len() > LONGEST_SOCKET {
            return Err(Error::LongPath(folder.root));
        }
        owner.check_way_to(&folder.root)?;
        Ok(folder)
    }

    /// An existing folder, unchanged.
    pub(crate) fn existing(root: &Path, database: &'static str) -> std::io::Result<Self> {
        root.canonicalize().map(|root| Self { root, database })
    }

    /// Creates the folders that Postgres works in, which its owner alone may enter. Requires the lock.
    pub(crate) fn prepare(&self, owner: Owner) -> Result<(), Error> {
        owner.private_folder(&self.home())?;
        owner.private_folder(&self.sockets())
    }

    /// What belongs to the user that Postgres runs as. Root makes it and never writes into it: a link planted there
    /// would lead root anywhere.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// The cluster.
    pub(crate) fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    /// A cluster in the making.
    pub(crate) fn unfinished_data(&self) -> PathBuf {
        self.home().join("data.new")
    }

    /// The folder of the socket; no other user may enter it.
    pub(crate) fn sockets(&self) -> PathBuf {
        self.root.join("run")
    }

    /// The address of the database, for sqlx and for `psql`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@{}/{}", percent_encoded(&self.sockets()), self.database)
    }

    /// The name of the database.
    pub(crate) fn database(&self) -> &'static str {
        self.database
    }

    fn socket(&self) -> PathBuf {
        self.sockets().join(format!(".s.PGSQL.{PORT}"))
    }

    /// What Postgres writes about itself.
    pub(crate) fn log(&self) -> PathBuf {
        self.home().join("log")
    }

    /// The major version of the data, when there is data.
    pub(crate) fn data_version(&self) -> Option<u32> {
        std::fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Whether another process has taken the folder: then its Postgres runs, or is about to.
    pub(crate) fn is_taken(&self) -> bool {
        File::open(self.lock_file()).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Locks the folder for this process. The system unlocks it when the process ends, however it ends.
    pub(crate) async fn lock(&self) -> Result<File, Error> {
        let path = self.lock_file();
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(Error::io(format!("cannot open {}", path.display())))?;
        let give_up = Instant::now() + LOCK_TIMEOUT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => sleep(LOCK_RETRY_INTERVAL).await,
                Err(TryLockError::WouldBlock) => return Err(Error::Busy(self.root.clone())),
                Err(TryLockError::Error(fault)) => {
                    return Err(Error::io(format!("cannot lock {}", path.display()))(fault));
                }
            }
        }
    }
}

/// The folder for the data of `application` by the conventions of the system: `/var/lib` for root, otherwise the XDG base
/// directory of the user.
pub fn default_root(application: &str) -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return Path::new("/var/lib").join(application);
    }
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share"));
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    data_home.or_else(home).unwrap_or_else(|| PathBuf::from(".")).join(application)
}

/// A path in the place of a host name, where slashes may not stand.
fn percent_encoded(path: &Path) -> String {
    let encoded = |byte: &u8| {
        if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
    };
    path.as_os_str().as_encoded_bytes().iter().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::postgres::PgConnectOptions;

    #[test]
    fn a_socket_folder_becomes_a_host_that_sqlx_reads() {
        let url = format!("postgres://postgres@{}/bursar", percent_encoded(Path::new("/tmp/a b/run")));
        let options: PgConnectOptions = url.parse().expect("an address");
        assert_eq!(options.get_socket().map(|path| path.as_path()), Some(Path::new("/tmp/a b/run")));
    }
}
