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

/// A membership that an import grants, or a member who becomes project admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The project, and whether the user is project admin.
    pub project: ClaimedProject,
    /// The same as the report shows it.
    pub change: FieldChange,
}

/// What a repeated import does with a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The new name.
    pub name: Option<String>,
    /// The new e-mail address.
    pub email: Option<String>,
    /// The fields that are updated, as the report shows them.
    pub fields: Vec<FieldChange>,
    /// Memberships that are granted.
    pub memberships: Vec<Membership>,
    /// Differences that stay: edited in Bursar, decided in Bursar alone, or of a user whom no import wrote.
    pub kept: Vec<FieldChange>,
}

impl Comparison {
    /// Whether there is something to write.
    pub const fn has_updates(&self) -> bool {
        !self.fields.is_empty() || !self.memberships.is_empty()
    }

    /// What is written, as the report shows it.
    pub fn updates(&self) -> impl Iterator<Item = &FieldChange> {
        self.fields.iter().chain(self.memberships.iter().map(|membership| &membership.change))
    }

    /// Leaves only the memberships that were granted, by their places: a project that is deleted or personal in Bursar
    /// admits no members, so the difference stays.
    pub fn retain_granted(&mut self, is_granted: impl Fn(usize) -> bool) {
        let all = std::mem::take(&mut self.memberships).into_iter().enumerate();
        for (place, membership) in all {
            if is_granted(place) {
                self.memberships.push(membership);
            } else {
                self.kept.push(membership.change);
            }
        }
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
    let held = by_folded_name(bursar);
    for (name, is_admin) in &keycloak.projects {
        let key = folded(name);
        let is_granted = done.memberships.iter().any(|granted| folded(granted.project.name.as_str()) == key);
        if is_granted || held.get(&key) == Some(is_admin) {
            // One spelling each, or an older one would hide that Bursar revoked the membership.
            next.projects.retain(|known, _| folded(known) != key);
            next.projects.insert(name.clone(), *is_admin);
        }
    }
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
        found.fields.push(difference);
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

/// The shared projects of a user, whatever the case of their names.
fn by_folded_name(snapshot: &Snapshot) -> BTreeMap<String, bool> {
    snapshot.projects.iter().map(|(name, is_admin)| (folded(name), *is_admin)).collect()
}

fn compare_projects(found: &mut Comparison, base: Option<&Snapshot>, bursar: &Snapshot, keycloak: &Snapshot) {
    let (ours, theirs, last) = (by_folded_name(bursar), by_folded_name(keycloak), base.map(by_folded_name));
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
                let project = ClaimedProject { name, is_admin: *is_admin };
                found.memberships.push(Membership { project, change: difference });
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
