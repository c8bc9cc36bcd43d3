//! Commands of Keycloak's own tool `kcadm.sh` that undo a change.

use crate::keycloak::quoted;
use serde_json::{Value, json};

/// Deletes what is at a path.
pub(super) fn deletion(path: &[&str]) -> String {
    format!("kcadm.sh delete {}", place(path))
}

/// Gives the fields that changed their former values. Lists get all former elements.
pub(super) fn restoration(path: &[&str], before: &Value, after: &Value) -> String {
    let mut options = String::new();
    add_former_values("", Some(before), after, &mut options);
    format!("kcadm.sh update {}{options}", place(path))
}

/// A realm's name is an option to what is in it.
fn place(path: &[&str]) -> String {
    match path {
        [realm, rest @ ..] if !rest.is_empty() => format!("{} -r {}", quoted(&rest.join("/")), quoted(realm)),
        _ => quoted(&format!("realms/{}", path.join("/"))),
    }
}

fn add_former_values(field: &str, before: Option<&Value>, after: &Value, options: &mut String) {
    if before == Some(after) {
        return;
    }
    let former = match (before, after) {
        (None | Some(Value::Object(_)), Value::Object(fields)) => {
            for (name, after) in fields {
                let before = before.and_then(|before| before.get(name));
                let name = if name.contains('.') { format!("\"{name}\"") } else { name.clone() };
                let field = if field.is_empty() { name } else { format!("{field}.{name}") };
                add_former_values(&field, before, after, options);
            }
            return;
        }
        (Some(before), _) => before.clone(),
        // What Keycloak leaves out is off or empty.
        (None, Value::Bool(_)) => false.into(),
        (None, Value::Array(_)) => json!([]),
        (None, _) => "".into(),
    };
    *options += &format!(" -s {}", quoted(&format!("{field}={former}")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_fields_alone_get_their_former_values() {
        let before = json!({
            "clientId": "bursar", "publicClient": true, "redirectUris": ["https://old.example.com/*"],
            "attributes": { "backchannel.logout.url": "https://it's.example.com/", "kept": "x" },
        });
        let after = json!({
            "clientId": "bursar", "publicClient": false, "redirectUris": ["https://old.example.com/*", "https://new/"],
            "attributes": { "backchannel.logout.url": "https://new/", "kept": "x", "pkce.method": "S256" },
            "protocolMappers": [{ "name": "roles" }], "serviceAccountsEnabled": true,
        });
        let command = restoration(&["my realm", "clients", "1f"], &before, &after);
        let expected = [
            "kcadm.sh update clients/1f -r 'my realm'",
            r#"-s 'attributes."backchannel.logout.url"="https://it'\''s.example.com/"'"#,
            r#"-s 'attributes."pkce.method"=""'"#,
            "-s 'protocolMappers=[]'",
            "-s publicClient=true",
            r#"-s 'redirectUris=["https://old.example.com/*"]'"#,
            "-s serviceAccountsEnabled=false",
        ];
        assert_eq!(command, expected.join(" "));
        let realm = restoration(&["main"], &json!({ "enabled": false }), &json!({ "enabled": true }));
        assert_eq!(realm, "kcadm.sh update realms/main -s enabled=false");
        assert_eq!(deletion(&["main", "roles", "my role"]), "kcadm.sh delete 'roles/my role' -r main");
    }
}
