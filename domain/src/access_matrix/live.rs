//! A snapshot beside the declaration: who holds which declared role, what that reaches, and what should not be so.

use super::anomalies::{self, Anomaly};
use super::markdown::table;
use super::snapshot::{GrantPath, Snapshot, SnapshotUser};
use super::{Level, Matrix};
use crate::csv;
use serde::Serialize;
use std::collections::BTreeMap;

/// A user and the declared roles that the user holds, by their index in the matrix, with the paths that grant them.
pub(super) struct Holder<'a> {
    pub(super) user: &'a SnapshotUser,
    pub(super) roles: BTreeMap<usize, Vec<GrantPath>>,
}

impl Holder<'_> {
    /// The strongest level that the roles give on a column.
    pub(super) fn level(&self, matrix: &Matrix, column: usize) -> Level {
        let roles = self.roles.keys().filter_map(|role| matrix.roles.get(*role)?.cells.get(column));
        roles.map(|entry| entry.level).min_by_key(|level| rank(*level)).unwrap_or_default()
    }
}

/// Access that should be restricted is more than a reader or an editor has, and less than full access that is meant.
const fn rank(level: Level) -> u8 {
    match level {
        Level::Full => 0,
        Level::Restrict => 1,
        Level::Editor => 2,
        Level::Read => 3,
        Level::None => 4,
        Level::NotApplicable => 5,
    }
}

/// A snapshot as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Live {
    /// The realm.
    pub realm: String,
    /// Whether everything could be read.
    pub is_complete: bool,
    /// What could not be read.
    pub unread: Vec<String>,
    /// How many requests it took.
    pub requests: usize,
    /// The labels of the columns.
    pub columns: Vec<String>,
    /// The users of the realm.
    pub users: Vec<LiveUser>,
    /// What should not be so, the most severe first.
    pub anomalies: Vec<Anomaly>,
}

/// A user of the realm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LiveUser {
    /// The user name.
    pub username: String,
    /// The address.
    pub email: Option<String>,
    /// Whether the user may sign in.
    pub is_enabled: bool,
    /// Whether the address is verified.
    pub is_email_verified: bool,
    /// Whether a client acts as this user.
    pub is_service_account: bool,
    /// Every role that the user holds in effect, with its paths in words.
    pub roles: Vec<LiveRole>,
    /// The strongest level on each column.
    pub levels: Vec<Level>,
}

/// A role that a user holds in effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LiveRole {
    /// Its name with its client.
    pub role: String,
    /// Whether the matrix declares it.
    pub is_declared: bool,
    /// How the user comes to it.
    pub paths: Vec<String>,
}

impl Live {
    /// Compares a snapshot with a declaration.
    pub fn new(matrix: &Matrix, snapshot: &Snapshot) -> Self {
        // Of two roles with one name the declaration has one for each realm and client.
        let declared: BTreeMap<usize, usize> = matrix
            .roles
            .iter()
            .enumerate()
            .filter(|(_, role)| role.realm == snapshot.realm)
            .filter_map(|(index, role)| {
                let same = |found: &super::SnapshotRole| found.client == role.client && found.name == role.name;
                Some((snapshot.roles.iter().position(same)?, index))
            })
            .collect();
        let held: Vec<_> = snapshot.users.iter().map(|user| (user, snapshot.effective(user))).collect();
        let holders: Vec<Holder> = held
            .iter()
            .map(|(user, roles)| {
                let roles = roles.iter().filter_map(|(role, paths)| Some((*declared.get(role)?, paths.clone())));
                Holder { user, roles: roles.collect() }
            })
            .collect();
        let users = held.iter().zip(&holders).map(|((user, roles), holder)| {
            let roles = roles.iter().filter_map(|(index, paths)| {
                let role = snapshot.roles.get(*index)?;
                let is_declared = declared.contains_key(index);
                let paths = paths.iter().map(|path| snapshot.in_words(path)).collect();
                let shown = LiveRole { role: role.title(), is_declared, paths };
                (is_declared || !role.is_built_in(&snapshot.realm)).then_some(shown)
            });
            LiveUser {
                username: user.username.clone(),
                email: user.email.clone(),
                is_enabled: user.is_enabled,
                is_email_verified: user.is_email_verified,
                is_service_account: user.is_service_account,
                roles: roles.collect(),
                levels: (0..matrix.columns.len()).map(|column| holder.level(matrix, column)).collect(),
            }
        });
        Self {
            realm: snapshot.realm.clone(),
            is_complete: !snapshot.is_partial(),
            unread: snapshot.unread.clone(),
            requests: snapshot.requests,
            columns: matrix.column_resources().map(|resource| resource.label.clone()).collect(),
            users: users.collect(),
            anomalies: anomalies::find(matrix, snapshot, &holders),
        }
    }

    /// As a page of documentation: users by resource, then the anomalies.
    pub fn markdown(&self) -> String {
        let fixed = ["Username", "Email", "Status", "Roles"];
        let head: Vec<&str> = fixed.into_iter().chain(self.columns.iter().map(String::as_str)).collect();
        let rows = self.users.iter().map(|user| {
            let cells = [
                user.username.clone(),
                user.email.clone().unwrap_or_default(),
                user.status().to_owned(),
                user.roles.iter().map(LiveRole::in_a_cell).collect::<Vec<_>>().join(", "),
            ];
            cells.into_iter().chain(user.levels.iter().map(|level| level.symbol().to_owned())).collect()
        });
        let state = match self.unread.as_slice() {
            [] => "Complete.".to_owned(),
            unread => format!("**Partial.** {}", unread.join(" ")),
        };
        let found = self.anomalies.iter().map(|anomaly| {
            let paths = anomaly.paths.join("; ");
            let owner = anomaly.owner.clone().unwrap_or_default();
            vec![anomaly.severity.name().to_owned(), anomaly.title.clone(), anomaly.explanation.clone(), paths, owner]
        });
        let anomalies = match self.anomalies.as_slice() {
            [] => "None of the rules found anything.".to_owned(),
            _ => table(&["Severity", "Finding", "Explanation", "Path", "Owner"], found),
        };
        format!(
            "## Current User Assignments: realm {}\n\n{state} {} users, {} requests.\n\n{}\n\n## Anomalies\n\n{anomalies}\n",
            self.realm,
            self.users.len(),
            self.requests,
            table(&head, rows),
        )
    }
}

/// As CSV: a line for each path by which a user comes to a role, and one for a user without roles.
pub fn live_csv(realms: &[Live]) -> String {
    let head = "realm,username,email,status,role,declared,path\r\n".to_owned();
    let rows = realms.iter().flat_map(|live| live.users.iter().map(|user| user.csv(&live.realm)));
    std::iter::once(head).chain(rows).collect()
}

impl LiveUser {
    fn csv(&self, realm: &str) -> String {
        let email = self.email.as_deref().unwrap_or_default();
        let line = |role: &str, is_declared: &str, path: &str| {
            csv::line([realm, &self.username, email, self.status(), role, is_declared, path])
        };
        if self.roles.is_empty() {
            return line("", "", "");
        }
        let declared = |role: &LiveRole| if role.is_declared { "yes" } else { "no" };
        let paths = self.roles.iter().flat_map(|role| role.paths.iter().map(move |path| (role, path)));
        paths.map(|(role, path)| line(&role.role, declared(role), path)).collect()
    }

    const fn status(&self) -> &'static str {
        match (self.is_enabled, self.is_service_account) {
            (false, _) => "Disabled",
            (true, true) => "Service account",
            (true, false) => "Enabled",
        }
    }
}

impl LiveRole {
    /// The name, with the path where the role is not simply assigned.
    fn in_a_cell(&self) -> String {
        let paths: Vec<&str> = self.paths.iter().map(String::as_str).filter(|path| *path != self.role).collect();
        if paths.is_empty() { self.role.clone() } else { format!("{} ({})", self.role, paths.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(username: &str, roles: Vec<LiveRole>) -> LiveUser {
        LiveUser {
            username: username.to_owned(),
            email: None,
            is_enabled: true,
            is_email_verified: true,
            is_service_account: false,
            roles,
            levels: Vec::new(),
        }
    }

    #[test]
    fn csv_has_a_line_for_each_path_and_one_for_a_user_without_roles() {
        let paths = ["admin", "group /ops → admin"].map(str::to_owned).into();
        let admin = LiveRole { role: "admin".to_owned(), is_declared: true, paths };
        let live = Live {
            realm: "main".to_owned(),
            is_complete: true,
            unread: Vec::new(),
            requests: 1,
            columns: Vec::new(),
            users: vec![user("=ada", vec![admin]), user("idle", Vec::new())],
            anomalies: Vec::new(),
        };
        let csv = live_csv(&[live]);
        let expected = [
            r#"realm,username,email,status,role,declared,path"#,
            r#""main","'=ada","","Enabled","admin","yes","admin""#,
            r#""main","'=ada","","Enabled","admin","yes","group /ops → admin""#,
            r#""main","idle","","Enabled","","","""#,
        ];
        assert_eq!(csv.split_terminator("\r\n").collect::<Vec<_>>(), expected);
    }
}
