//! The folder of a private Postgres, and the lock that keeps a second Bursar out of it.

use super::Error;
use super::owner::Owner;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(super) const SUPERUSER: &str = "postgres";
pub(super) const DATABASE: &str = "bursar";
/// The default, so that `psql` needs no more than the folder of the socket.
pub(super) const PORT: u16 = 5432;
/// A Unix socket's address has 108 bytes on Linux and 104 on macOS.
const LONGEST_SOCKET: usize = 100;
/// A predecessor that was killed needs a moment to stop its Postgres.
const PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Where everything of one private Postgres stands.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder, if it is not there yet, and checks that Postgres can live in it.
    pub(super) fn open(root: &Path, owner: Owner) -> Result<Self, Error> {
        std::fs::create_dir_all(root).map_err(Error::io(format!("cannot make {}", root.display())))?;
        let folder = Self::existing(root).map_err(Error::io(format!("cannot open {}", root.display())))?;
        if folder.socket().as_os_str().len() > LONGEST_SOCKET {
            return Err(Error::LongPath(folder.root));
        }
        owner.check_way_to(&folder.root)?;
        Ok(folder)
    }

    /// A folder that is there, as it is.
    pub(super) fn existing(root: &Path) -> std::io::Result<Self> {
        root.canonicalize().map(|root| Self { root })
    }

    /// Makes what Postgres works in, its owner's alone. Only who holds the lock may.
    pub(super) fn prepare(&self, owner: Owner) -> Result<(), Error> {
        owner.private_folder(&self.home())?;
        owner.private_folder(&self.sockets())
    }

    /// What belongs to the user that Postgres runs as. Root makes it and never writes into it: a link planted there
    /// would lead root anywhere.
    pub(super) fn home(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// The cluster.
    pub(super) fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    /// A cluster in the making.
    pub(super) fn unfinished_data(&self) -> PathBuf {
        self.home().join("data.new")
    }

    /// The folder of the socket; nobody else may enter it.
    pub(super) fn sockets(&self) -> PathBuf {
        self.root.join("run")
    }

    /// The address of the database, for sqlx and for `psql`.
    pub(super) fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@{}/{DATABASE}", percent_encoded(&self.sockets()))
    }

    fn socket(&self) -> PathBuf {
        self.sockets().join(format!(".s.PGSQL.{PORT}"))
    }

    /// What Postgres writes about itself.
    pub(super) fn log(&self) -> PathBuf {
        self.home().join("log")
    }

    /// The major version of the data, when there is data.
    pub(super) fn data_version(&self) -> Option<u32> {
        std::fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Whether another process has taken the folder: then its Postgres runs, or is about to.
    pub(super) fn is_taken(&self) -> bool {
        File::open(self.lock_file()).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Takes the folder for this process. The system gives it back when the process ends, however it ends.
    pub(super) async fn lock(&self) -> Result<File, Error> {
        let path = self.lock_file();
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(Error::io(format!("cannot open {}", path.display())))?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => sleep(BETWEEN_TRIES).await,
                Err(TryLockError::WouldBlock) => return Err(Error::Busy(self.root.clone())),
                Err(TryLockError::Error(fault)) => {
                    return Err(Error::io(format!("cannot lock {}", path.display()))(fault));
                }
            }
        }
    }
}

/// Where Bursar keeps its data when nobody says otherwise.
pub(super) fn default_root() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/bursar");
    }
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share"));
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    data_home.or_else(home).unwrap_or_else(|| PathBuf::from(".")).join("bursar")
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
