//! The user that Postgres runs as. It refuses to run as root, rightly.

use crate::Error;
use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::sleep;

/// `nobody` and `nogroup` on Linux, to whom earlier versions gave the data.
const NOBODY: u32 = 65_534;
const ENTER_FOR_ALL: u32 = 0o001;
/// Another process may be creating the user at the same moment, and only one may write `/etc/passwd`.
const CREATE_ATTEMPTS: usize = 20;
const CREATE_RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// The user that Postgres runs as and that owns its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The user of this process.
    Caller,
    /// An unprivileged user, because this process runs as root.
    Unprivileged {
        /// The program that embeds Postgres; the user is named after it.
        application: &'static str,
        /// Its user id.
        uid: u32,
        /// The id of its group.
        gid: u32,
    },
}

impl Owner {
    /// The owner of root's data before it had a user of its own.
    pub(crate) const FORMER: Self = Self::Unprivileged { application: "", uid: NOBODY, gid: NOBODY };

    /// The user of this process, or for root [`user_name`], which is created if it is missing.
    ///
    /// # Errors
    /// The user cannot be created.
    pub(crate) async fn of_this_process(application: &'static str) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Caller);
        }
        let user = user_name(application);
        let mut reason = String::new();
        for _ in 0..CREATE_ATTEMPTS {
            if let Some(owner) = Self::existing(application, &user).await {
                return Ok(owner);
            }
            match create_user(application, &user).await {
                Ok(()) => tracing::info!(user, "created the user that the embedded Postgres runs as"),
                Err(fault) => {
                    reason = fault;
                    sleep(CREATE_RETRY_INTERVAL).await;
                }
            }
        }
        Err(Error::NoUser { user, reason })
    }

    async fn existing(application: &'static str, user: &str) -> Option<Self> {
        Some(Self::Unprivileged { application, uid: id("-u", user).await?, gid: id("-g", user).await? })
    }

    /// A program to run as this user, without environment variables that change what Postgres does.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = system_command(program);
        if let Self::Unprivileged { uid, gid, .. } = self {
            // Changing the user as root also drops root's supplementary groups.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Creates a folder that this user alone may enter, if it is missing.
    pub(crate) fn private_folder(self, path: &Path) -> Result<(), Error> {
        let failed = || format!("cannot create {}", path.display());
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::io(failed()))?;
        std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(Error::io(failed()))?;
        match self {
            Self::Caller => Ok(()),
            Self::Unprivileged { application, uid, gid } => chown(path, Some(uid), Some(gid))
                .map_err(Error::io(format!("cannot hand {} to {}", path.display(), user_name(application)))),
        }
    }

    /// Whether `path` still belongs to [`Owner::FORMER`].
    pub(crate) fn has_former_files(self, path: &Path) -> bool {
        self != Self::Caller && path.symlink_metadata().is_ok_and(|facts| facts.uid() == NOBODY)
    }

    /// Takes over what [`Owner::FORMER`] owns under `folders`, and nothing else: a hard link that was planted there may be
    /// to anybody's file. GNU's `chown` follows no link and changes a folder after what is in it, so that an interrupted
    /// run is begun again.
    pub(crate) async fn take_over(self, folders: &[&Path]) -> Result<(), Error> {
        let Self::Unprivileged { uid, gid, .. } = self else { return Ok(()) };
        let mut command = system_command(Path::new("chown"));
        command
            .args(["--recursive", "-P", "--no-dereference"])
            .arg(format!("--from={NOBODY}"))
            .arg(format!("{uid}:{gid}"));
        let output = command.args(folders).output().await.map_err(Error::io("cannot run chown"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Program { program: "chown", output: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
    }

    /// Checks that this user can get to a folder.
    pub(crate) fn check_way_to(self, folder: &Path) -> Result<(), Error> {
        let Self::Unprivileged { application, uid, .. } = self else { return Ok(()) };
        let is_closed =
            |path: &&Path| path.metadata().is_ok_and(|facts| facts.uid() != uid && facts.mode() & ENTER_FOR_ALL == 0);
        match folder.ancestors().find(is_closed) {
            Some(closed) => Err(Error::Closed { user: user_name(application), folder: closed.to_owned() }),
            None => Ok(()),
        }
    }
}

/// A program of the system, without the environment of this process.
fn system_command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

/// What `id` says about a user; it knows the users of every source that the system has.
async fn id(which: &str, user: &str) -> Option<u32> {
    let output = system_command(Path::new("id")).args([which, user]).output().await.ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// The user that root's Postgres runs as. One of its own: every process of that user is the superuser of the
/// database, and many daemons run as `nobody`.
fn user_name(application: &str) -> String {
    format!("{application}-postgres")
}

async fn create_user(application: &str, user: &str) -> Result<(), String> {
    let mut command = system_command(Path::new("useradd"));
    command.args(["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]);
    command.args(["--shell", "/usr/sbin/nologin", "--comment"]);
    command.arg(format!("Embedded Postgres of {application}")).arg(user);
    let output = command.output().await.map_err(|fault| format!("cannot run useradd: {fault}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}
