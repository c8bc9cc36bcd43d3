//! A user who is in Bursar already: what Keycloak has changed since the last import, and what was edited in Bursar.

use crate::claims::ClaimedProject;
use crate::project::ProjectName;
use crate::text::folded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A user at one time: in Keycloak, in Bursar, or as the last import wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The platform role: its key.
    pub role: String,
    /// Regular or external: its key.
    pub kind: String,
    /// Whether the user may sign in.
    pub is_active: bool,
    /// The shared projects by name, with whether the user is project admin.
    pub projects: BTreeMap<String, bool>,
}

/// One difference between Bursar and Keycloak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// What differs, for example `name`.
    pub field: &'static str,
    /// In Bursar.
    pub before: String,
    /// In Keycloak.
    pub after: String,
}

impl std::fmt::Display for FieldChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} → {}", self.field, self.before, self.after)
    }
}

/// What a repeated import does with a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The new name.
    pub name: Option<String>,
    /// The new e-mail address.
    pub email: Option<String>,
    /// Projects to join, and projects to become project admin of.
    pub projects: Vec<ClaimedProject>,
    /// The above, as the report shows it.
    pub updates: Vec<FieldChange>,
    /// Differences that stay: edited in Bursar, decided in Bursar alone, or of a user whom no import wrote.
    pub kept: Vec<FieldChange>,
}

impl Comparison {
    /// Whether there is something to write.
    pub const fn has_updates(&self) -> bool {
        !self.updates.is_empty()
    }
}

/// What the next import compares with: Keycloak's state where Bursar has it now, else what the last import wrote, so that
/// a difference that stays is shown again. `None` for a user whom no import wrote and who differs.
pub fn next_base(
    base: Option<Snapshot>,
    done: &Comparison,
    bursar: &Snapshot,
    keycloak: &Snapshot,
) -> Option<Snapshot> {
    let Some(mut next) = base else { return done.kept.is_empty().then(|| keycloak.clone()) };
    if done.name.is_some() || bursar.name == keycloak.name {
        next.name.clone_from(&keycloak.name);
    }
    if done.email.is_some() || bursar.email == keycloak.email {
        next.email.clone_from(&keycloak.email);
    }
    let joined = done.projects.iter().map(|project| (project.name.to_string(), project.is_admin));
    next.projects.extend(joined);
    Some(next)
}

/// Compares a user in Keycloak with the same user in Bursar. `base` is what the last import wrote of them.
///
/// Name, e-mail address and memberships are updated where Bursar still has what the last import wrote. Nothing is ever
/// removed, and role, type and state are decided in Bursar alone once the user exists.
pub fn compare(base: Option<&Snapshot>, bursar: &Snapshot, keycloak: &Snapshot) -> Comparison {
    let mut found = Comparison::default();
    let change = |field, before: &str, after: &str| FieldChange { field, before: before.into(), after: after.into() };
    // A field that Keycloak has not changed since the last import was edited in Bursar, and is not worth a line.
    let texts = [
        ("name", base.map(|base| &base.name), &bursar.name, &keycloak.name),
        ("email", base.map(|base| &base.email), &bursar.email, &keycloak.email),
    ];
    for (field, base, ours, theirs) in texts {
        if ours == theirs || base == Some(theirs) {
            continue;
        }
        let difference = change(field, ours, theirs);
        if base != Some(ours) {
            found.kept.push(difference);
            continue;
        }
        found.updates.push(difference);
        let updated = if field == "name" { &mut found.name } else { &mut found.email };
        *updated = Some(theirs.clone());
    }
    let state = |is_active: bool| if is_active { "active" } else { "deactivated" };
    let rights = [
        ("role", base.map(|base| base.role.as_str()), bursar.role.as_str(), keycloak.role.as_str()),
        ("type", base.map(|base| base.kind.as_str()), bursar.kind.as_str(), keycloak.kind.as_str()),
        ("state", base.map(|base| state(base.is_active)), state(bursar.is_active), state(keycloak.is_active)),
    ];
    for (field, base, ours, theirs) in rights {
        if ours != theirs && base != Some(theirs) {
            found.kept.push(change(field, ours, theirs));
        }
    }
    compare_projects(&mut found, base, bursar, keycloak);
    found
}

fn compare_projects(found: &mut Comparison, base: Option<&Snapshot>, bursar: &Snapshot, keycloak: &Snapshot) {
    let by_name = |snapshot: &Snapshot| -> BTreeMap<String, bool> {
        snapshot.projects.iter().map(|(name, is_admin)| (folded(name), *is_admin)).collect()
    };
    let (ours, theirs, last) = (by_name(bursar), by_name(keycloak), base.map(by_name));
    let role = |role: Option<bool>| match role {
        None => "not a member",
        Some(false) => "member",
        Some(true) => "project admin",
    };
    for (name, is_admin) in &keycloak.projects {
        let key = folded(name);
        let (held, before) = (ours.get(&key).copied(), last.as_ref().map(|last| last.get(&key).copied()));
        if held == Some(*is_admin) || before == Some(Some(*is_admin)) {
            continue;
        }
        let difference = FieldChange {
            field: "project",
            before: format!("{name} ({})", role(held)),
            after: format!("{name} ({})", role(Some(*is_admin))),
        };
        let is_more = held.is_none() || *is_admin;
        match ProjectName::parse_foreign(name) {
            Ok(name) if is_more && before == Some(held) => {
                found.updates.push(difference);
                found.projects.push(ClaimedProject { name, is_admin: *is_admin });
            }
            _ => found.kept.push(difference),
        }
    }
    let is_removed = |key: &String| !theirs.contains_key(key) && ours.contains_key(key);
    for key in last.iter().flat_map(BTreeMap::keys).filter(|key| is_removed(key)) {
        found.kept.push(FieldChange {
            field: "project",
            before: format!("{key} ({})", role(ours.get(key).copied())),
            after: format!("{key} ({})", role(None)),
        });
    }
}
