//! The user that Postgres runs as. It refuses to run as root, rightly.

use super::Error;
use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::Path;
use tokio::process::Command;

/// `nobody` and `nogroup` on Linux.
const NOBODY: u32 = 65_534;
const ENTER_FOR_ALL: u32 = 0o001;

/// Whose files and processes the private Postgres's are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user who started Bursar.
    Caller,
    /// An unprivileged user, because root started Bursar.
    Nobody,
}

impl Owner {
    pub(super) fn of_this_process() -> Self {
        if rustix::process::geteuid().is_root() { Self::Nobody } else { Self::Caller }
    }

    /// A program to run as this user, without the variables that would change what Postgres does.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").stdin(std::process::Stdio::null());
        if self == Self::Nobody {
            // Changing the user as root also drops root's supplementary groups.
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Makes a folder that this user alone may enter, if it is not there yet.
    pub(super) fn private_folder(self, path: &Path) -> Result<(), Error> {
        let failed = || format!("cannot make {}", path.display());
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::io(failed()))?;
        std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(Error::io(failed()))?;
        self.own(path)
    }

    fn own(self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Caller => Ok(()),
            Self::Nobody => chown(path, Some(NOBODY), Some(NOBODY))
                .map_err(Error::io(format!("cannot hand {} to nobody", path.display()))),
        }
    }

    /// Checks that this user can get to a folder.
    pub(super) fn check_way_to(self, folder: &Path) -> Result<(), Error> {
        let is_closed = |path: &&Path| {
            path.metadata().is_ok_and(|facts| facts.uid() != NOBODY && facts.mode() & ENTER_FOR_ALL == 0)
        };
        match (self, folder.ancestors().find(is_closed)) {
            (Self::Nobody, Some(closed)) => Err(Error::Closed(closed.to_owned())),
            (Self::Nobody, None) | (Self::Caller, _) => Ok(()),
        }
    }
}
