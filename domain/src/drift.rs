//! Where a user's last token and the database disagree. In Platform-managed mode the database decides; the difference is
//! shown so that an admin can correct one of the two.

use crate::project::ProjectKind;
use crate::role::{PlatformRole, ProjectRole};
use crate::text::folded;
use crate::user::{Assignment, UserKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What the last token said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastToken {
    /// `None` for neither role that allows sign-in.
    pub role: Option<PlatformRole>,
    /// Regular or external.
    pub kind: UserKind,
    /// Shared projects by name in lower case.
    pub projects: BTreeMap<String, ProjectRole>,
    /// When it was read.
    pub claimed_at: OffsetDateTime,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum About {
    /// The platform role.
    Role,
    /// Regular or external.
    Kind,
    /// The role in a shared project; by name in lower case.
    Project(String),
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What they disagree on.
    pub about: About,
    /// What the token says, as screens show it.
    pub token: String,
    /// What is stored.
    pub stored: String,
    /// Who changed the stored value last, and when, as far as the audit log knows.
    pub changed: Option<ChangedBy>,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedBy {
    /// Whose change it was.
    pub actor: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A token compared with what is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// When the token was read.
    #[serde(with = "time::serde::rfc3339")]
    pub claimed_at: OffsetDateTime,
    /// Role first, then type, then projects by name; empty when they agree.
    pub differences: Vec<Difference>,
}

/// Compares a token with the stored rights of a user. A token knows only users and admins, so a maintainer agrees with an
/// admin and an auditor with a user.
pub fn differences(token: &LastToken, role: PlatformRole, kind: UserKind, projects: &[Assignment]) -> Vec<Difference> {
    let shared = projects.iter().filter(|project| project.kind == ProjectKind::Shared);
    let stored: BTreeMap<String, ProjectRole> =
        shared.map(|project| (folded(project.name.as_str()), project.role)).collect();
    let role = (token.role.map(PlatformRole::is_admin) != Some(role.is_admin())).then(|| Difference {
        about: About::Role,
        token: token.role.map_or("No role that opens sign-in", PlatformRole::title).to_owned(),
        stored: role.title().to_owned(),
        changed: None,
    });
    let kind = (token.kind != kind).then(|| Difference {
        about: About::Kind,
        token: token.kind.title().to_owned(),
        stored: kind.title().to_owned(),
        changed: None,
    });
    let mut names: Vec<&String> = token.projects.keys().chain(stored.keys()).collect();
    names.sort();
    names.dedup();
    let words = |role: Option<&ProjectRole>, none: &str| role.map_or(none, |role| role.title()).to_owned();
    let projects = names.into_iter().filter(|name| token.projects.get(*name) != stored.get(*name)).map(|name| {
        let about = About::Project(name.clone());
        let (token, stored) = (words(token.projects.get(name), "Not named"), words(stored.get(name), "Not in it"));
        Difference { about, token, stored, changed: None }
    });
    role.into_iter().chain(kind).chain(projects).collect()
}
