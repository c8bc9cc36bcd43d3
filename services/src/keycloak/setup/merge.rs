//! What differs between what is and what is required, and the two made one. Pure.

use crate::identity::logout::is_back_channel;
use serde_json::{Map, Value};

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its place, like `attributes.applications.permissions`.
    pub field: String,
    /// What is there now.
    pub before: Option<Value>,
    /// What is to be there.
    pub after: Value,
}

/// Addresses of a client: others may be in use beside Bursar's, so none is taken away.
const ADDRESSES: &str = "redirectUris";
/// As [`ADDRESSES`], in one text.
const JOINED_ADDRESSES: &str = "attributes.post.logout.redirect.uris";
/// The address by which Keycloak ends sessions. One of Bursar's stays: inside a cluster it is not the public one.
const BACK_CHANNEL: &str = "attributes.backchannel.logout.url";
/// What Keycloak puts between addresses in one text.
const SEPARATOR: &str = "##";

/// Puts what is required into what is, and returns what that changes. Fields that are not required stay, and so do elements
/// of lists of named objects that have other names.
pub(super) fn merge(current: &mut Value, required: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    merge_at("", current, required, &mut differences);
    differences
}

fn merge_at(field: &str, current: &mut Value, required: &Value, differences: &mut Vec<Difference>) {
    match (current, required) {
        (Value::Object(current), Value::Object(required)) => merge_fields(field, current, required, differences),
        (Value::Array(current), Value::Array(required)) if required.iter().all(|required| key(required).is_some()) => {
            merge_named(field, current, required, differences);
        }
        (Value::String(current), Value::String(required)) if field == JOINED_ADDRESSES => {
            differences.extend(add_address(current, required));
        }
        (Value::String(current), Value::String(_)) if field == BACK_CHANNEL && is_back_channel(current) => {}
        (Value::Array(current), Value::Array(required)) if field == ADDRESSES => {
            for missing in required.iter().filter(|required| !current.contains(required)).collect::<Vec<_>>() {
                differences.push(Difference { field: field.to_owned(), before: None, after: missing.clone() });
                current.push(missing.clone());
            }
        }
        (current, required) if current != required => {
            let before = Some(std::mem::replace(current, required.clone()));
            differences.push(Difference { field: field.to_owned(), before, after: required.clone() });
        }
        _ => {}
    }
}

/// Adds an address to a text of several.
fn add_address(current: &mut String, required: &str) -> Option<Difference> {
    if current.split(SEPARATOR).any(|address| address == required) {
        return None;
    }
    let after = format!("{current}{SEPARATOR}{required}");
    let before = Some(std::mem::replace(current, after.clone()).into());
    Some(Difference { field: JOINED_ADDRESSES.to_owned(), before, after: after.into() })
}

fn merge_fields(
    field: &str,
    current: &mut Map<String, Value>,
    required: &Map<String, Value>,
    differences: &mut Vec<Difference>,
) {
    for (name, required) in required {
        let field = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        match current.get_mut(name) {
            Some(current) => merge_at(&field, current, required, differences),
            // Keycloak leaves out what is off.
            None if *required == Value::Bool(false) || required == "false" => {}
            None => {
                current.insert(name.clone(), required.clone());
                differences.push(Difference { field, before: None, after: required.clone() });
            }
        }
    }
}

fn merge_named(field: &str, current: &mut Vec<Value>, required: &[Value], differences: &mut Vec<Difference>) {
    for required in required {
        let field = format!("{field}.{}", key(required).unwrap_or_default());
        match current.iter_mut().find(|current| key(current) == key(required)) {
            Some(current) => {
                let mut required = required.clone();
                // What makes the same claim under another name is the same.
                let _ = required.as_object_mut().map(|required| required.remove("name"));
                merge_at(&field, current, &required, differences);
            }
            None => {
                current.push(required.clone());
                differences.push(Difference { field, before: None, after: required.clone() });
            }
        }
    }
}

/// What tells one of a list from the others: the claim or the audience that a mapper adds, else the name.
fn key(value: &Value) -> Option<&str> {
    let config = value.get("config");
    let adds = |what: &str| config?.get(what)?.as_str();
    adds("claim.name").or_else(|| adds("included.client.audience")).or_else(|| value.get("name")?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(mut current: Value, required: &Value) -> (Value, Vec<String>) {
        let differences = merge(&mut current, required);
        assert_eq!(merge(&mut current, required), [], "once more");
        (current, differences.into_iter().map(|difference| difference.field).collect())
    }

    #[test]
    fn unknown_fields_and_elements_of_others_stay() {
        let current =
            json!({ "new": 1, "attributes": [{ "name": "phone", "x": 1 }], "redirectUris": ["https://old/"] });
        let required = json!({ "attributes": [{ "name": "user_type" }], "redirectUris": ["https://new/"] });
        let (merged, fields) = merged(current, &required);
        assert_eq!(fields, ["attributes.user_type", "redirectUris"]);
        assert_eq!(
            merged,
            json!({
                "new": 1, "attributes": [{ "name": "phone", "x": 1 }, { "name": "user_type" }],
                "redirectUris": ["https://old/", "https://new/"],
            })
        );
    }

    #[test]
    fn addresses_to_sign_out_to_are_added_to_those_in_use() {
        let with = |addresses: &str| json!({ "attributes": { "post.logout.redirect.uris": addresses } });
        let (merged, fields) = merged(with("+"), &with("https://new/"));
        assert_eq!(merged, with("+##https://new/"));
        assert_eq!(fields, ["attributes.post.logout.redirect.uris"]);
    }

    #[test]
    fn back_channel_address_inside_the_cluster_is_kept_and_any_other_replaced() {
        let with = |address: &str| json!({ "attributes": { "backchannel.logout.url": address } });
        let public = with("https://bursar.example.com/sign-in/back-channel-logout");
        let internal = with("http://bursar.bursar.svc:8080/sign-in/back-channel-logout");
        assert_eq!(merged(internal.clone(), &public), (internal, Vec::new()));
        for other in ["", "https://bursar.example.com/logout"] {
            let (merged, fields) = merged(with(other), &public);
            assert_eq!(merged, public);
            assert_eq!(fields, ["attributes.backchannel.logout.url"]);
        }
    }

    #[test]
    fn permissions_to_edit_are_replaced_and_not_added_to() {
        let with = |edit: Value| json!({ "attributes": [{ "name": "user_type", "permissions": { "edit": edit } }] });
        let (merged, fields) = merged(with(json!(["admin", "user"])), &with(json!(["admin"])));
        assert_eq!(merged, with(json!(["admin"])));
        assert_eq!(fields, ["attributes.user_type.permissions.edit"]);
    }

    #[test]
    fn mapper_of_the_same_claim_is_changed_and_keeps_its_name() {
        let mapper =
            |name: &str, kind: &str| json!([{ "name": name, "config": { "claim.name": "guest", "type": kind } }]);
        let with = |mappers: Value| json!({ "protocolMappers": mappers });
        let (merged, fields) = merged(with(mapper("Guests", "String")), &with(mapper("guest", "boolean")));
        assert_eq!(merged, with(mapper("Guests", "boolean")));
        assert_eq!(fields, ["protocolMappers.guest.config.type"]);
    }

    #[test]
    fn fields_that_are_off_and_left_out_do_not_differ() {
        assert_eq!(merged(json!({}), &json!({ "multivalued": false })).1, [""; 0]);
        assert_eq!(merged(json!({ "multivalued": true }), &json!({ "multivalued": false })).1, ["multivalued"]);
    }
}
