//! The attributes of users that become claims, and what the user profile of a realm does with them.

use serde_json::Value;

/// An attribute that becomes the claim of the same name.
pub(super) struct Attribute {
    pub(super) name: &'static str,
    /// As Keycloak's console shows it.
    pub(super) label: &'static str,
    /// Whether it has several values.
    pub(super) is_list: bool,
}

/// Marks external users where a deployment maps it.
pub(super) const GUEST: &str = "guest";

/// All of them. Every deployment uses those before [`GUEST`].
pub(super) const ATTRIBUTES: [Attribute; 4] = [
    Attribute { name: "applications", label: "Projects", is_list: true },
    Attribute { name: "applications_admin", label: "Projects as project admin", is_list: true },
    Attribute { name: "user_type", label: "User type", is_list: false },
    Attribute { name: GUEST, label: "Guest", is_list: false },
];

/// The names of those that every deployment uses.
pub(super) fn required() -> impl Iterator<Item = &'static str> {
    ATTRIBUTES.iter().map(|attribute| attribute.name).filter(|name| *name != GUEST)
}

/// What a user profile says of an attribute.
pub(super) fn declared<'a>(profile: &'a Value, name: &str) -> Option<&'a Value> {
    profile["attributes"].as_array()?.iter().find(|attribute| attribute["name"] == name)
}

/// Whether Keycloak keeps the values: the profile declares the attribute, or keeps those that it does not declare.
pub(super) fn is_kept(profile: &Value, name: &str) -> bool {
    declared(profile, name).is_some() || matches!(unmanaged_policy(profile), "ENABLED" | "ADMIN_EDIT")
}

/// Whether users can write the attribute of their own account.
pub(super) fn is_writable_by_users(profile: &Value, name: &str) -> bool {
    match declared(profile, name) {
        Some(attribute) => attribute["permissions"]["edit"].as_array().into_iter().flatten().any(|role| role == "user"),
        None => unmanaged_policy(profile) == "ENABLED",
    }
}

/// What becomes of attributes that the profile does not declare; empty when they are off.
pub(super) fn unmanaged_policy(profile: &Value) -> &str {
    profile["unmanagedAttributePolicy"].as_str().unwrap_or_default()
}
