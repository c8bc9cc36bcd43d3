//! The user that Postgres runs as. It refuses to run as root, rightly.

use super::Error;
use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::sleep;

/// The user that root's private Postgres runs as. One of its own: whoever runs as the same user is the superuser of the
/// database, and many daemons run as `nobody`.
pub(super) const USER: &str = "bursar-postgres";
/// `nobody` and `nogroup` on Linux, to whom earlier versions gave the data.
const NOBODY: u32 = 65_534;
const ENTER_FOR_ALL: u32 = 0o001;
/// Another Bursar may be making the user at the same moment, and only one process may write `/etc/passwd`.
const CREATE_ATTEMPTS: usize = 20;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(200);

/// Whose files and processes the private Postgres's are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user who started Bursar.
    Caller,
    /// An unprivileged user, because root started Bursar.
    Unprivileged {
        /// Its user id.
        uid: u32,
        /// The id of its group.
        gid: u32,
    },
}

impl Owner {
    /// Whom root's data belonged to before it had a user of its own.
    pub(super) const FORMER: Self = Self::Unprivileged { uid: NOBODY, gid: NOBODY };

    /// The user who started Bursar, or for root [`USER`], which is made if it is not there yet.
    ///
    /// # Errors
    /// The user cannot be made.
    pub(super) async fn of_this_process() -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Caller);
        }
        let mut said = String::new();
        for _ in 0..CREATE_ATTEMPTS {
            if let Some(owner) = Self::existing().await {
                return Ok(owner);
            }
            match create_user().await {
                Ok(()) => tracing::info!(user = USER, "made the user that the private Postgres runs as"),
                Err(fault) => {
                    said = fault;
                    sleep(BETWEEN_ATTEMPTS).await;
                }
            }
        }
        Err(Error::NoUser(said))
    }

    async fn existing() -> Option<Self> {
        Some(Self::Unprivileged { uid: id("-u").await?, gid: id("-g").await? })
    }

    /// A program to run as this user, without the variables that would change what Postgres does.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = system_command(program);
        if let Self::Unprivileged { uid, gid } = self {
            // Changing the user as root also drops root's supplementary groups.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes a folder that this user alone may enter, if it is not there yet.
    pub(super) fn private_folder(self, path: &Path) -> Result<(), Error> {
        let failed = || format!("cannot make {}", path.display());
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::io(failed()))?;
        std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(Error::io(failed()))?;
        match self {
            Self::Caller => Ok(()),
            Self::Unprivileged { uid, gid } => chown(path, Some(uid), Some(gid))
                .map_err(Error::io(format!("cannot hand {} to {USER}", path.display()))),
        }
    }

    /// Whether `path` still belongs to [`Owner::FORMER`].
    pub(super) fn has_former_files(self, path: &Path) -> bool {
        self != Self::Caller && path.symlink_metadata().is_ok_and(|facts| facts.uid() == NOBODY)
    }

    /// Takes over what [`Owner::FORMER`] owns under `folders`, and nothing else: a hard link that was planted there may be
    /// to anybody's file. GNU's `chown` follows no link and changes a folder after what is in it, so that an interrupted
    /// run is begun again.
    pub(super) async fn take_over(self, folders: &[&Path]) -> Result<(), Error> {
        let Self::Unprivileged { uid, gid } = self else { return Ok(()) };
        let mut command = system_command(Path::new("chown"));
        command
            .args(["--recursive", "-P", "--no-dereference"])
            .arg(format!("--from={NOBODY}"))
            .arg(format!("{uid}:{gid}"));
        let output = command.args(folders).output().await.map_err(Error::io("cannot run chown"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Program { program: "chown", said: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
    }

    /// Checks that this user can get to a folder.
    pub(super) fn check_way_to(self, folder: &Path) -> Result<(), Error> {
        let Self::Unprivileged { uid, .. } = self else { return Ok(()) };
        let is_closed =
            |path: &&Path| path.metadata().is_ok_and(|facts| facts.uid() != uid && facts.mode() & ENTER_FOR_ALL == 0);
        match folder.ancestors().find(is_closed) {
            Some(closed) => Err(Error::Closed(closed.to_owned())),
            None => Ok(()),
        }
    }
}

/// A program of the system, without our variables.
fn system_command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

/// What `id` says about [`USER`]; it knows the users of every source that the system has.
async fn id(which: &str) -> Option<u32> {
    let output = system_command(Path::new("id")).args([which, USER]).output().await.ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

async fn create_user() -> Result<(), String> {
    let mut command = system_command(Path::new("useradd"));
    command.args(["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]);
    command.args(["--shell", "/usr/sbin/nologin", "--comment", "Private Postgres of Bursar", USER]);
    let output = command.output().await.map_err(|fault| format!("cannot run useradd: {fault}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}
