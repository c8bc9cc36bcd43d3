//! The file of temporary passwords, which only its owner can read.

use super::KeycloakError;
use domain::keycloak_user::KeycloakUserDraft;
use secrecy::{ExposeSecret as _, SecretString};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A new file with a line for each user who was created.
pub(super) struct Passwords {
    path: PathBuf,
    file: csv::Writer<File>,
    count: usize,
}

impl Passwords {
    /// Creates the file. One that exists is left alone: it may hold passwords that were not handed out yet.
    pub(super) fn create(path: &Path) -> Result<Self, KeycloakError> {
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = opened.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeycloakError::PasswordsExist(path.to_owned()),
            _ => KeycloakError::File { file: path.to_owned(), source },
        })?;
        Ok(Self { path: path.to_owned(), file: csv::Writer::from_writer(file), count: 0 })
    }

    /// Writes a password to the disk.
    pub(super) fn write(&mut self, user: &KeycloakUserDraft, password: &SecretString) -> io::Result<()> {
        if self.count == 0 {
            self.file.write_record(["username", "email", "password"])?;
        }
        self.file.write_record([user.username.as_str(), user.email.as_str(), password.expose_secret()])?;
        self.file.flush()?;
        self.file.get_ref().sync_data()?;
        self.count += 1;
        Ok(())
    }

    /// Says where the passwords are; without any the file is removed.
    pub(super) fn finish(self) -> Result<Option<String>, KeycloakError> {
        if self.count > 0 {
            let path = self.path.display();
            return Ok(Some(format!(
                "Temporary passwords of new users are in {path}. Delete it when they are handed out."
            )));
        }
        std::fs::remove_file(&self.path).map_err(|source| KeycloakError::File { file: self.path.clone(), source })?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::claims::ClaimRules;
    use domain::keycloak_user::Column;
    use std::os::unix::fs::PermissionsExt as _;

    fn user() -> KeycloakUserDraft {
        let cell = |column| match column {
            Column::Username => "zelda",
            Column::Email => "zelda@example.com",
            Column::Role => "developer",
            _ => "",
        };
        KeycloakUserDraft::parse(cell, &ClaimRules::default()).expect("a user")
    }

    #[test]
    fn file_of_passwords_is_for_its_owner_and_replaces_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("passwords.csv");
        let mut passwords = Passwords::create(&path).expect("a new file");
        passwords.write(&user(), &"k7mf-2xqp-K7".into()).expect("written");
        let written = std::fs::read_to_string(&path).expect("on the disk before the next user");
        assert_eq!(written, "username,email,password\nzelda,zelda@example.com,k7mf-2xqp-K7\n");
        let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = passwords.finish().expect("it stays").expect("a sentence");
        assert!(text.starts_with("Temporary passwords of new users are in ") && !text.contains("k7mf"), "{text}");
        let refused = Passwords::create(&path).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("exists already") && refused.contains("Name a new file"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).expect("it stays"), written);
    }

    #[test]
    fn file_without_passwords_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("passwords.csv");
        let passwords = Passwords::create(&path).expect("a new file");
        assert_eq!(passwords.finish().expect("removed"), None);
        assert!(!path.exists());
    }
}
