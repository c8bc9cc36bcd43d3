//! From the claims of each kind of provider to one shape.

use super::*;

fn read(kind: ProviderKind, claim: &str, map: &[(&str, &str)], first: Value, second: Value) -> Value {
    let config = IdentityConfig {
        role_map: map.iter().map(|(theirs, ours)| ((*theirs).to_owned(), (*ours).to_owned())).collect(),
        ..IdentityConfig::for_tests(kind, claim)
    };
    let claims = |value: Value| value.as_object().cloned().expect("an object");
    Value::Object(canonical(&config, claims(first), claims(second)))
}

fn read_roles(claim: &str, map: &[(&str, &str)], claims: Value) -> Value {
    read(ProviderKind::Oidc, claim, map, claims, json!({}))["realm_access"]["roles"].clone()
}

fn verified(kind: ProviderKind, first: Value, second: Value) -> Value {
    read(kind, "roles", &[], first, second)["email_verified"].clone()
}

#[test]
fn roles_of_keycloak_may_stand_in_the_access_token_alone() {
    let id = json!({ "sub": "1", "name": "Ada", "nonce": "n" });
    let access = json!({ "name": "Other", "realm_access": { "roles": ["developer", "offline_access"] } });
    let claims = read(ProviderKind::Keycloak, "realm_access.roles", &[], id, access);
    let roles = json!(["developer", "offline_access"]);
    let access = json!({ "roles": roles, "claim": "realm_access.roles", "received": roles });
    assert_eq!(claims, json!({ "sub": "1", "name": "Ada", "email_verified": false, "realm_access": access }));
}

#[test]
fn groups_of_entra_are_roles_by_configuration() {
    let id = json!({ "sub": "1", "groups": ["3f1c", "77aa"], "preferred_username": "ada@example.com" });
    let map = [("3f1c", "admin"), ("9999", "developer")];
    let claims = read(ProviderKind::Entra, "groups", &map, id, json!({}));
    let access = json!({ "roles": ["admin"], "claim": "groups", "received": ["3f1c", "77aa"] });
    assert_eq!(claims["realm_access"], access);
    assert_eq!(claims["email"], "ada@example.com");
}

#[test]
fn group_that_the_map_does_not_name_counts_for_nothing() {
    let groups = json!({ "groups": ["admin", "developer", "Staff"] });
    assert_eq!(read_roles("groups", &[("Staff", "developer")], groups.clone()), json!(["developer"]));
    assert_eq!(read_roles("groups", &[("Other", "admin")], groups), json!([]));
    let both = [("Staff", "admin"), ("Staff", "developer")];
    assert_eq!(read_roles("groups", &both, json!({ "groups": "Staff" })), json!(["admin", "developer"]));
}

#[test]
fn role_claim_is_a_text_a_list_or_an_object() {
    for roles in [json!("developer"), json!(["developer"]), json!({ "developer": { "org-1": "example.com" } })] {
        assert_eq!(read_roles("groups", &[], json!({ "groups": roles })), json!(["developer"]), "{roles}");
    }
}

#[test]
fn role_claim_of_another_shape_gives_no_role() {
    for odd in [json!({ "admin": false }), json!(7), json!(null), json!([["admin"], 7]), json!(true), json!("")] {
        assert_eq!(read_roles("groups", &[], json!({ "groups": odd })), json!([]), "{odd}");
    }
}

#[test]
fn claim_name_with_dots_is_found_whole_and_as_path() {
    let dotted = json!({ "https://example.com/roles": ["developer"] });
    assert_eq!(read_roles("https://example.com/roles", &[], dotted), json!(["developer"]));
    let client = |id: &str| json!({ "resource_access": { id: { "roles": ["developer"] } } });
    for id in ["my.client", "https://bursar.example.com", "bursar", "a.b.c.d"] {
        assert_eq!(read_roles(&format!("resource_access.{id}.roles"), &[], client(id)), json!(["developer"]), "{id}");
    }
    let nested = json!({ "a": { "b.c": { "d": "developer" } }, "a.b": { "x": 1 } });
    assert_eq!(read_roles("a.b.c.d", &[], nested), json!(["developer"]), "the first way to read it leads nowhere");
    let two = json!({ "a.b": "developer", "a": { "b": "admin" } });
    assert_eq!(read_roles("a.b", &[], two), json!(["developer"]), "the whole name comes first");
    for missing in ["resource_access..roles", "", ".", "my.client.roles", "realm_access.roles"] {
        assert_eq!(read_roles(missing, &[], client("my.client")), json!([]), "{missing}");
    }
}

#[test]
fn a_claim_that_only_looks_mapped_gives_nothing() {
    let id = json!({ "realm_access": { "roles": ["admin"], "left_out": true, "received": ["admin"] } });
    let claims = read(ProviderKind::Oidc, "groups", &[], id, json!({}));
    assert_eq!(claims["realm_access"], json!({ "roles": [], "claim": "groups" }));
}

#[test]
fn groups_that_entra_left_out_are_told_from_no_groups() {
    let is_left_out = |claim: &str, claims: Value| {
        read(ProviderKind::Entra, claim, &[("a", "admin")], claims, json!({}))["realm_access"]["left_out"]
            == json!(true)
    };
    let elsewhere = json!({ "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": { "endpoint": "x" } } });
    assert!(is_left_out("groups", elsewhere.clone()));
    assert!(
        is_left_out("groups", json!({ "hasgroups": true })) && is_left_out("groups", json!({ "hasgroups": "true" }))
    );
    assert!(!is_left_out("roles", elsewhere) && !is_left_out("roles", json!({ "hasgroups": true })));
    assert!(!is_left_out("groups", json!({ "groups": [], "hasgroups": false })) && !is_left_out("groups", json!({})));
}

#[test]
fn received_role_names_are_bounded() {
    let many: Vec<String> = (0..25).map(|n| format!("{n}{}", "x".repeat(200))).collect();
    let claims = read(ProviderKind::Oidc, "groups", &[("a", "admin")], json!({ "groups": many }), json!({}));
    let received = claims["realm_access"]["received"].as_array().expect("a list").clone();
    assert_eq!((received.len(), &received[20]), (21, &json!("and 5 more")));
    assert!(received.iter().all(|name| name.as_str().is_some_and(|name| name.len() <= 100)));
}

#[test]
fn missing_email_verified_means_no_except_at_entra() {
    let email = || json!({ "email": "ada@example.com" });
    for kind in [ProviderKind::Keycloak, ProviderKind::Oidc] {
        assert_eq!(verified(kind, email(), json!({})), json!(false), "{kind:?}");
        let said = json!({ "email": "ada@example.com", "email_verified": "true" });
        assert_eq!(verified(kind, said, json!({})), json!(true), "{kind:?}");
    }
    assert_eq!(verified(ProviderKind::Entra, email(), json!({})), json!(true));
    for (claim, value) in [("email_verified", json!(false)), ("xms_edov", json!("0")), ("xms_edov", json!(false))] {
        let claims = json!({ "email": "ada@example.com", claim: value });
        assert_eq!(verified(ProviderKind::Entra, claims, json!({})), json!(false), "{claim}");
    }
}

#[test]
fn email_verified_speaks_of_its_own_address_alone() {
    let claims = |email: &str, verified: Value| json!({ "email": email, "email_verified": verified });
    let keycloak = |first, second| verified(ProviderKind::Keycloak, first, second);
    let here = || json!({ "email": "ada@example.com" });
    assert_eq!(keycloak(here(), claims("ada@example.com", json!(true))), json!(true));
    assert_eq!(keycloak(here(), claims("eve@example.com", json!(true))), json!(false), "another address");
    assert_eq!(keycloak(here(), json!({ "email_verified": true })), json!(false), "no address");
    let no = claims("ada@example.com", json!(false));
    assert_eq!(keycloak(claims("ada@example.com", json!(true)), no), json!(false), "they disagree");
    assert_eq!(keycloak(json!({}), claims("ada@example.com", json!(true))), json!(true));
}

#[test]
fn nul_in_a_claim_is_replaced_and_the_claim_kept() {
    let claims = json!({ "user_type": "external\0", "address": { "a\0": ["b\0"] } });
    let claims = read(ProviderKind::Keycloak, "roles", &[], claims, json!({}));
    assert_eq!(claims["user_type"], "external\u{fffd}");
    assert!(!claims.to_string().contains("\\u0000"));
}

#[test]
fn tokens_that_disagree_about_a_restriction_leave_it_unclear() {
    let of = |name: &str, first: Value, second: Value| {
        let claims = read(ProviderKind::Keycloak, "roles", &[], json!({ name: first }), json!({ name: second }));
        claims.get(name).cloned().unwrap_or_default()
    };
    assert_eq!(of("guest", json!(false), json!(true)), json!([false, true]));
    assert_eq!(of("user_type", json!("regular"), json!("external")), json!(["regular", "external"]));
    assert_eq!(of("guest", json!(true), json!("true")), json!(true));
    assert_eq!(of("user_type", json!(null), json!("external")), json!("external"));
    assert_eq!(of("user_type", json!("external"), json!(null)), json!("external"));
}
