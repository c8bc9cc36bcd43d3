//! What a user of the realm is to be, put into the user's representation. Pure.

use super::{Reason, Rules};
use domain::claims::{ClaimRules, project_names, user_kind};
use domain::keycloak_user::{Column, Desired, KeycloakRights, KeycloakUserDraft, RealmRole, RealmRoles};
use domain::project::ProjectName;
use domain::text::folded;
use domain::user::UserKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its column, or `email_verified`.
    pub field: &'static str,
    /// Empty when it had no value.
    pub before: String,
    /// Empty when it is cleared.
    pub after: String,
}

/// The realm roles of a user.
#[derive(Clone, Debug, Default)]
pub(super) struct HeldRoles {
    /// Assigned to the user.
    pub(super) assigned: Vec<String>,
    /// With those of groups and other roles.
    pub(super) effective: Vec<String>,
}

/// A change of the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RoleChange {
    /// The realm role to grant, if no other one gives the role already.
    pub(super) granted: Option<String>,
    /// The realm roles to revoke, all that give a role that the user is not to have.
    pub(super) revoked: Vec<String>,
    pub(super) change: FieldChange,
}

/// A user of the realm with nothing but a name.
pub(super) fn new_user(draft: &KeycloakUserDraft) -> Value {
    json!({ "username": draft.username.as_str(), "enabled": true })
}

/// Puts the draft into a representation, and returns what that changes. Fields that it does not know stay.
pub(super) fn apply(draft: &KeycloakUserDraft, user: &mut Value, rules: &Rules) -> Result<Vec<FieldChange>, Reason> {
    let email = Desired::Set(draft.email.as_str().to_owned());
    let name = |name: &Desired<domain::text::PersonName>| match name {
        Desired::Keep => Desired::Keep,
        Desired::Clear => Desired::Clear,
        Desired::Set(name) => Desired::Set(name.as_str().to_owned()),
    };
    let address = text(user, "email", Column::Email, email);
    let mut changes: Vec<FieldChange> = email_verified(user, address.is_some(), rules).into_iter().collect();
    changes.splice(0..0, address);
    changes.extend(text(user, "firstName", Column::FirstName, name(&draft.first_name)));
    changes.extend(text(user, "lastName", Column::LastName, name(&draft.last_name)));
    changes.extend(projects(user, Column::Applications, &draft.applications));
    changes.extend(projects(user, Column::ApplicationsAdmin, &draft.applications_admin));
    changes.extend(user_type(user, &draft.user_type, &rules.claims));
    if draft.role == RealmRole::Admin && is_external(user, &rules.claims) {
        return Err(Reason::ExternalAdmin);
    }
    Ok(changes)
}

/// Puts the projects into a representation, and returns what that changes. Fields that it does not know stay.
pub(super) fn apply_rights(
    rights: &KeycloakRights,
    user: &mut Value,
    rules: &ClaimRules,
) -> Result<Vec<FieldChange>, Reason> {
    if rights.role == Some(RealmRole::Admin) && is_external(user, rules) {
        return Err(Reason::ExternalAdmin);
    }
    let lists = [(Column::Applications, &rights.applications), (Column::ApplicationsAdmin, &rights.applications_admin)];
    Ok(lists.into_iter().filter_map(|(column, names)| projects(user, column, &Desired::Set(names.clone()))).collect())
}

/// The rights of a user with these roles.
pub(super) fn rights(user: &Value, held: &HeldRoles, roles: &RealmRoles) -> KeycloakRights {
    let projects = |column: Column| project_names(user["attributes"].get(column.key()));
    KeycloakRights {
        role: held.role(roles),
        applications: projects(Column::Applications),
        applications_admin: projects(Column::ApplicationsAdmin),
    }
}

impl HeldRoles {
    /// The realm roles of the user that give a role.
    fn giving<'a>(&self, role: RealmRole, roles: &'a RealmRoles) -> impl Iterator<Item = &'a str> {
        roles.giving(role).filter(|name| self.effective.iter().any(|held| held == name))
    }

    /// The one that counts.
    fn role(&self, roles: &RealmRoles) -> Option<RealmRole> {
        let is_held = |role: &RealmRole| self.giving(*role, roles).next().is_some();
        [RealmRole::Admin, RealmRole::Developer].into_iter().find(is_held)
    }
}

/// What changes when a user who holds these roles is to have this one, or none. An admin keeps the role developer.
pub(super) fn role(
    role: Option<RealmRole>,
    held: &HeldRoles,
    roles: &RealmRoles,
) -> Result<Option<RoleChange>, Reason> {
    let excess: &[RealmRole] = match role {
        Some(RealmRole::Admin) => &[],
        Some(RealmRole::Developer) => &[RealmRole::Admin],
        None => &[RealmRole::Admin, RealmRole::Developer],
    };
    let revoked: Vec<&str> = excess.iter().flat_map(|role| held.giving(*role, roles)).collect();
    if let Some(inherited) = revoked.iter().find(|name| !held.assigned.iter().any(|held| held == *name)) {
        return Err(Reason::InheritedRole((*inherited).to_owned()));
    }
    let granted = match role {
        Some(role) if held.giving(role, roles).next().is_none() => {
            Some(roles.granted(role).ok_or(Reason::RoleNotMapped(role.key()))?.to_owned())
        }
        _ => None,
    };
    if granted.is_none() && revoked.is_empty() {
        return Ok(None);
    }
    let key = |role: Option<RealmRole>| role.map_or("", RealmRole::key).to_owned();
    let before = held.role(roles);
    let change = FieldChange { field: Column::Role.key(), before: key(before), after: key(role) };
    let revoked = revoked.into_iter().map(str::to_owned).collect();
    Ok(Some(RoleChange { granted, revoked, change }))
}

fn text(user: &mut Value, field: &str, column: Column, desired: Desired<String>) -> Option<FieldChange> {
    let after = match desired {
        Desired::Keep => return None,
        Desired::Clear => String::new(),
        Desired::Set(text) => text,
    };
    let before = user[field].as_str().unwrap_or_default().to_owned();
    (before != after).then(|| {
        user[field] = after.as_str().into();
        FieldChange { field: column.key(), before, after }
    })
}

/// Another address is not verified by the verification of the former one.
fn email_verified(user: &mut Value, is_address_changed: bool, rules: &Rules) -> Option<FieldChange> {
    let before = user["emailVerified"] == true;
    let after = rules.are_emails_verified || (before && !is_address_changed);
    (before != after).then(|| {
        user["emailVerified"] = after.into();
        FieldChange { field: "email_verified", before: before.to_string(), after: after.to_string() }
    })
}

/// The same projects in another order, or in one value with commas, are the same.
fn projects(user: &mut Value, column: Column, desired: &Desired<Vec<ProjectName>>) -> Option<FieldChange> {
    let after: &[ProjectName] = match desired {
        Desired::Keep => return None,
        Desired::Clear => &[],
        Desired::Set(names) => names,
    };
    let before = project_names(user["attributes"].get(column.key()));
    let set = |names: &[ProjectName]| names.iter().map(|name| folded(name.as_str())).collect::<BTreeSet<_>>();
    (set(&before) != set(after)).then(|| {
        let values: Vec<&str> = after.iter().map(ProjectName::as_str).collect();
        set_attribute(user, column, &values);
        FieldChange { field: column.key(), before: joined(&before), after: joined(after) }
    })
}

fn joined(names: &[ProjectName]) -> String {
    names.iter().map(ProjectName::as_str).collect::<Vec<_>>().join(" ")
}

fn user_type(user: &mut Value, desired: &Desired<UserKind>, rules: &ClaimRules) -> Option<FieldChange> {
    let after = match desired {
        Desired::Keep | Desired::Clear => return None,
        Desired::Set(UserKind::Regular) => UserKind::Regular.key(),
        Desired::Set(UserKind::External) => rules.external_type.as_str(),
    };
    let before = attribute(user, Column::UserType.key()).unwrap_or_default().to_owned();
    (folded(before.trim()) != folded(after)).then(|| {
        set_attribute(user, Column::UserType, &[after]);
        FieldChange { field: Column::UserType.key(), before, after: after.to_owned() }
    })
}

/// Keycloak makes claims of the first values. A value that cannot be read counts as external, because it must not give
/// rights.
pub(super) fn is_external(user: &Value, rules: &ClaimRules) -> bool {
    let claim = |name: &str| Some((name.to_owned(), attribute(user, name)?.into()));
    let claims = ["user_type", "guest"].into_iter().filter_map(claim).collect();
    user_kind(&claims, &rules.external_type) != Ok(UserKind::Regular)
}

fn attribute<'a>(user: &'a Value, name: &str) -> Option<&'a str> {
    user["attributes"].get(name)?.get(0)?.as_str()
}

fn set_attribute(user: &mut Value, column: Column, values: &[&str]) {
    if !user["attributes"].is_object() {
        user["attributes"] = json!({});
    }
    user["attributes"][column.key()] = json!(values);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::keycloak_user::REALM_ROLES_CLAIM;

    fn draft(cells: &[(Column, &str)]) -> KeycloakUserDraft {
        let usual = [(Column::Username, "zelda"), (Column::Email, "zelda@example.com"), (Column::Role, "developer")];
        let all: Vec<(Column, &str)> = cells.iter().copied().chain(usual).collect();
        let cell = |column| all.iter().find(|(at, _)| *at == column).map_or("", |(_, cell)| *cell);
        KeycloakUserDraft::parse(cell, &ClaimRules::default()).expect("a user")
    }

    fn rules() -> Rules {
        let claims = ClaimRules::default();
        let roles = RealmRoles::configured(REALM_ROLES_CLAIM, &[], &claims).expect("realm roles");
        Rules { claims, roles, are_emails_verified: false }
    }

    fn changed(user: &mut Value, cells: &[(Column, &str)]) -> Vec<(&'static str, String, String)> {
        let changes = apply(&draft(cells), user, &rules()).expect("allowed");
        assert_eq!(apply(&draft(cells), user, &rules()), Ok(Vec::new()), "once more");
        changes.into_iter().map(|change| (change.field, change.before, change.after)).collect()
    }

    #[test]
    fn unknown_fields_stay_and_same_projects_are_no_change() {
        let mut user = json!({
            "username": "zelda", "email": "zelda@example.com", "new": { "field": 1 },
            "attributes": { "phone": ["1"], "applications": ["Billing,atlas"], "applications_admin": ["/atlas"] },
        });
        let before = user.clone();
        let cells = [(Column::Applications, "atlas billing"), (Column::ApplicationsAdmin, "atlas")];
        assert_eq!(changed(&mut user, &cells), []);
        assert_eq!(user, before);
        let cells = [(Column::Applications, "atlas"), (Column::ApplicationsAdmin, "-"), (Column::FirstName, "Zelda")];
        let expected = [
            ("first_name", "", "Zelda"),
            ("applications", "Billing atlas", "atlas"),
            ("applications_admin", "atlas", ""),
        ];
        assert_eq!(
            changed(&mut user, &cells),
            expected.map(|(field, before, after)| (field, before.to_owned(), after.to_owned()))
        );
        assert_eq!((&user["new"], &user["attributes"]["phone"]), (&json!({ "field": 1 }), &json!(["1"])));
        assert_eq!(user["attributes"]["applications"], json!(["atlas"]));
    }

    #[test]
    fn changed_address_is_not_verified_unless_the_administrator_says_so() {
        let mut user = json!({ "email": "old@example.com", "emailVerified": true });
        let changes = changed(&mut user, &[]);
        assert_eq!(changes.iter().map(|(field, ..)| *field).collect::<Vec<_>>(), ["email", "email_verified"]);
        assert_eq!(user["emailVerified"], false);
        let verified = Rules { are_emails_verified: true, ..rules() };
        let changes = apply(&draft(&[]), &mut user, &verified).expect("allowed");
        assert_eq!(changes.iter().map(|change| change.field).collect::<Vec<_>>(), ["email_verified"]);
    }

    #[test]
    fn external_user_becomes_no_admin() {
        for attributes in [json!({ "user_type": ["External"] }), json!({ "guest": ["true"] })] {
            let mut user = json!({ "email": "zelda@example.com", "attributes": attributes });
            let admin = draft(&[(Column::Role, "admin")]);
            assert_eq!(apply(&admin, &mut user, &rules()), Err(Reason::ExternalAdmin));
        }
        let both = draft(&[(Column::Role, "admin"), (Column::UserType, "external")]);
        assert_eq!(apply(&both, &mut json!({}), &rules()), Err(Reason::ExternalAdmin));
    }

    #[test]
    fn role_admin_is_revoked_from_developers_and_developer_stays_with_admins() {
        let held = |assigned: &[&str], inherited: &[&str]| HeldRoles {
            assigned: assigned.iter().map(ToString::to_string).collect(),
            effective: assigned.iter().chain(inherited).map(ToString::to_string).collect(),
        };
        let map = |map: &[(&str, &str)]| {
            let map: Vec<_> = map.iter().map(|(theirs, ours)| ((*theirs).to_owned(), (*ours).to_owned())).collect();
            RealmRoles::configured(REALM_ROLES_CLAIM, &map, &ClaimRules::default()).expect("realm roles")
        };
        let steps = |roles: &RealmRoles, to, held| {
            let change = role(to, &held, roles)?;
            Ok::<_, Reason>(change.map(|change| (change.granted, change.revoked.join(" "))))
        };
        use RealmRole::{Admin, Developer};
        let some = |granted: &str, revoked: &str| {
            Ok(Some(((!granted.is_empty()).then(|| granted.to_owned()), revoked.to_owned())))
        };
        let plain = map(&[]);
        assert_eq!(steps(&plain, Some(Developer), held(&[], &[])), some("developer", ""));
        assert_eq!(steps(&plain, Some(Developer), held(&[], &["developer"])), Ok(None));
        assert_eq!(steps(&plain, Some(Developer), held(&["admin"], &[])), some("developer", "admin"));
        assert_eq!(steps(&plain, Some(Developer), held(&["admin", "developer"], &[])), some("", "admin"));
        assert_eq!(steps(&plain, Some(Admin), held(&["developer"], &[])), some("admin", ""));
        assert_eq!(steps(&plain, Some(Admin), held(&["developer"], &["admin"])), Ok(None));
        let inherited = Err(Reason::InheritedRole("admin".to_owned()));
        for role in [Some(Developer), None] {
            assert_eq!(steps(&plain, role, held(&["developer"], &["admin"])), inherited);
        }
        assert_eq!(steps(&plain, None, held(&["admin", "developer"], &[])), some("", "admin developer"));
        assert_eq!(steps(&plain, None, held(&[], &[])), Ok(None));

        let mapped = map(&[("ops", "admin"), ("root", "admin"), ("staff", "developer")]);
        assert_eq!(
            steps(&mapped, Some(Admin), held(&["admin", "developer"], &[])),
            some("ops", ""),
            "only the map counts"
        );
        assert_eq!(steps(&mapped, Some(Admin), held(&["root"], &[])), Ok(None));
        assert_eq!(steps(&mapped, Some(Developer), held(&["root", "ops"], &[])), some("staff", "ops root"));
        let admins = map(&[("ops", "admin")]);
        assert_eq!(steps(&admins, Some(Developer), held(&[], &[])), Err(Reason::RoleNotMapped("developer")));
    }
}
