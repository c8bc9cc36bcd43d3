//! What claims are read as, and that nothing a provider sends is read as more than it says.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn parsed(claims: &Value) -> Result<Claims, ClaimProblem> {
    let mut claims = claims.as_object().expect("an object").clone();
    claims.entry("sub").or_insert_with(|| json!("ada"));
    Claims::parse(&claims, &ClaimRules::default())
}

fn named(claims: &Value) -> Vec<(String, bool)> {
    let projects = parsed(claims).expect("usable").projects;
    projects.into_iter().map(|project| (project.name.to_string(), project.is_admin)).collect()
}

#[test]
fn a_list_may_be_an_array_a_cell_with_commas_or_both() {
    let expected = vec![("atlas".to_owned(), false), ("notebooks".to_owned(), false)];
    for applications in [json!(["atlas", "notebooks"]), json!("atlas, notebooks,"), json!([" atlas ,, notebooks"])] {
        assert_eq!(named(&json!({"applications": applications})), expected);
    }
    assert_eq!(named(&json!({"applications": ["atlas", 7, null, {"a": 1}, ["b"]]})), expected[..1]);
    for nothing in [json!(null), json!(7), json!(true), json!({"a": "b"}), json!(""), json!([])] {
        assert_eq!(named(&json!({"applications": nothing})), []);
    }
}

#[test]
fn whoever_administers_a_project_is_in_it() {
    let claims = json!({"applications": "Atlas", "applications_admin": ["atlas", "billing"]});
    assert_eq!(named(&claims), [("Atlas".to_owned(), true), ("billing".to_owned(), true)]);
}

#[test]
fn project_admin_claim_of_an_external_user_makes_a_member() {
    for external in [json!({"user_type": "external"}), json!({"guest": "1"})] {
        let mut claims = json!({"applications": "atlas", "applications_admin": ["atlas", "billing"]});
        claims.as_object_mut().expect("an object").extend(external.as_object().expect("an object").clone());
        assert_eq!(named(&claims), [("atlas".to_owned(), false), ("billing".to_owned(), false)], "{external}");
    }
}

fn shared(claims: &Value) -> Vec<String> {
    parsed(claims).expect("usable").shared_projects().map(|project| project.name.to_string()).collect()
}

#[test]
fn verified_address_and_username_are_the_personal_project() {
    let claims = json!({
        "email": "Ada@example.com", "email_verified": true, "preferred_username": "ada",
        "applications": "ada@example.com, ADA, atlas, bob@example.com",
    });
    assert_eq!(shared(&claims), ["atlas", "bob@example.com"]);
    assert_eq!(parsed(&claims).expect("usable").personal_project(), "Ada@example.com");
}

#[test]
fn unverified_address_is_no_own_name_however_it_is_written() {
    let unverified = [json!(null), json!(false), json!("false"), json!(0), json!("yes"), json!([true]), json!({})];
    for verified in unverified {
        let claims = json!({
            "email": "ada@example.com", "email_verified": verified, "preferred_username": "eve",
            "applications": "ada@example.com, eve",
        });
        assert_eq!(shared(&claims), ["ada@example.com"], "{verified}");
        let claims = parsed(&claims).expect("usable");
        assert_eq!((claims.email_verified, claims.personal_project()), (false, "eve"), "{verified}");
    }
    for verified in [json!(true), json!("true"), json!(1), json!("1")] {
        let claims = json!({"email": "ada@example.com", "email_verified": verified});
        assert!(parsed(&claims).expect("usable").email_verified, "{verified}");
    }
    let nameless = json!({"email": "no address", "email_verified": true});
    assert!(!parsed(&nameless).expect("usable").email_verified, "there is no address to verify");
}

#[test]
fn username_in_the_form_of_an_address_is_an_own_name_only_as_verified_address() {
    let claims = |email: &str, verified: bool| {
        json!({
            "email": email, "email_verified": verified, "preferred_username": "ada@example.com",
            "applications": "ada@example.com",
        })
    };
    assert_eq!(shared(&claims("ada@example.com", false)), ["ada@example.com"], "the e-mail address as username");
    assert_eq!(shared(&claims("eve@example.com", true)), ["ada@example.com"], "a username that was chosen");
    assert_eq!(shared(&claims("ADA@example.com", true)), [""; 0]);
    assert_eq!(parsed(&claims("ada@example.com", false)).expect("usable").personal_project(), "ada", "the subject");
}

#[test]
fn group_path_names_the_project_by_its_whole_path() {
    let claims = json!({"applications": ["/atlas", "/research/atlas", " /notes , /", "a/b"]});
    let names: Vec<_> = named(&claims).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["atlas", "research/atlas", "notes", "a/b"]);
}

#[test]
fn roles_are_a_text_a_list_or_the_keys_of_an_object() {
    for roles in [json!("developer"), json!([" developer ", 7, ""]), json!({"developer": {"org": "1"}, "admin": false})]
    {
        let claims = parsed(&json!({"realm_access": {"roles": roles}})).expect("usable");
        assert_eq!(
            (claims.roles.as_slice(), claims.role),
            (["developer".to_owned()].as_slice(), Some(PlatformRole::User))
        );
    }
    for nothing in [
        json!(null),
        json!(7),
        json!(true),
        json!({"developer": "0"}),
        json!({"developer": null}),
        json!("developer,admin"),
    ] {
        assert_eq!(parsed(&json!({"realm_access": {"roles": nothing}})).expect("usable").role, None, "{nothing}");
    }
}

#[test]
fn the_type_is_one_of_two_words_or_absent() {
    for (value, kind) in [
        (json!(null), UserKind::Regular),
        (json!("regular"), UserKind::Regular),
        (json!(" EXTERNAL "), UserKind::External),
    ] {
        assert_eq!(parsed(&json!({"user_type": value})).expect("usable").kind, kind, "{value}");
    }
    assert_eq!(parsed(&json!({})).expect("usable").kind, UserKind::Regular);
    for bad in [json!("guest"), json!(""), json!(1), json!(["external"]), json!({}), json!(true), json!("externál")] {
        assert_eq!(parsed(&json!({"user_type": bad})), Err(ClaimProblem::UserType(bad.to_string())));
    }
}

#[test]
fn guest_is_read_as_boolean_text_or_number() {
    for (guest, kind) in [
        (json!(true), UserKind::External),
        (json!("true"), UserKind::External),
        (json!(" TRUE "), UserKind::External),
        (json!(1), UserKind::External),
        (json!("1"), UserKind::External),
        (json!(false), UserKind::Regular),
        (json!("false"), UserKind::Regular),
        (json!(0), UserKind::Regular),
        (json!("0"), UserKind::Regular),
        (json!(null), UserKind::Regular),
    ] {
        assert_eq!(parsed(&json!({"guest": guest})).expect("usable").kind, kind, "{guest}");
    }
}

#[test]
fn unclear_guest_is_refused_and_never_regular() {
    let unclear = [
        json!("yes"),
        json!(""),
        json!("guest"),
        json!(2),
        json!(0.5),
        json!([true]),
        json!([]),
        json!({"guest": true}),
    ];
    for guest in unclear {
        for user_type in [json!(null), json!("regular"), json!("external")] {
            let claims = json!({"guest": guest, "user_type": user_type});
            assert_eq!(parsed(&claims), Err(ClaimProblem::Guest(guest.to_string())), "{claims}");
        }
    }
}

#[test]
fn user_is_external_as_soon_as_one_claim_says_so() {
    let kind = |claims: Value| parsed(&claims).expect("usable").kind;
    assert_eq!(kind(json!({"guest": "true", "user_type": "regular"})), UserKind::External);
    assert_eq!(kind(json!({"guest": false, "user_type": "external"})), UserKind::External);
    assert_eq!(kind(json!({"guest": false, "user_type": "regular"})), UserKind::Regular);
    assert!(parsed(&json!({"guest": true, "user_type": "guest"})).is_err());
}

#[test]
fn without_one_of_the_two_roles_nobody_comes_in() {
    let rules = ClaimRules { admin_subject: Some("root".to_owned()), ..ClaimRules::default() };
    let role = |claims: Value| {
        let mut claims = claims.as_object().expect("an object").clone();
        claims.entry("sub").or_insert_with(|| json!("ada"));
        Claims::parse(&claims, &rules).expect("usable").role
    };
    assert_eq!(role(json!({})), None);
    assert_eq!(role(json!({"roles": ["admin"], "realm_access": {"roles": ["offline_access", "Admin", 7]}})), None);
    assert_eq!(role(json!({"realm_access": {"roles": ["developer"]}})), Some(PlatformRole::User));
    assert_eq!(role(json!({"realm_access": {"roles": ["developer", "admin"]}})), Some(PlatformRole::Admin));
    assert_eq!(role(json!({"sub": "root"})), Some(PlatformRole::Admin));
    let guest = json!({"guest": true, "realm_access": {"roles": ["admin"]}});
    assert_eq!(role(guest), Some(PlatformRole::User), "an external person is no admin");
}

#[test]
fn the_words_for_admin_and_external_are_configured() {
    let rules = ClaimRules {
        admin_role: "console-admin".to_owned(),
        external_type: "Contractor".to_owned(),
        ..ClaimRules::default()
    };
    let read = |claims: Value| Claims::parse(claims.as_object().expect("an object"), &rules);
    let admin = read(json!({"sub": "ada", "realm_access": {"roles": ["console-admin"]}})).expect("usable");
    assert_eq!((admin.role, admin.kind), (Some(PlatformRole::Admin), UserKind::Regular));
    assert_eq!(read(json!({"sub": "ada", "user_type": "contractor"})).expect("usable").kind, UserKind::External);
    assert!(read(json!({"sub": "ada", "user_type": "external"})).is_err());
}

#[test]
fn somebody_without_a_subject_is_nobody() {
    for sub in [json!(null), json!(""), json!(" "), json!(7), json!("a".repeat(256))] {
        assert_eq!(parsed(&json!({"sub": sub})), Err(ClaimProblem::Subject));
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_a_provider_sends_makes_it_panic(values in prop::collection::vec(anything(), 11)) {
        let names = ["sub", "preferred_username", "name", "email", "email_verified", "picture", "realm_access",
            "applications", "applications_admin", "user_type", "guest"];
        let claims = names.into_iter().map(str::to_owned).zip(values).collect();
        if let Ok(claims) = Claims::parse(&claims, &ClaimRules::default()) {
            prop_assert!(!claims.shown_name().is_empty());
            for project in &claims.projects {
                prop_assert_eq!(claims.project(&project.name.as_str().to_uppercase().to_lowercase()).is_some(), true);
            }
        }
    }

    #[test]
    fn regular_needs_both_claims_absent_or_clear(user_type in anything(), guest in anything()) {
        let claims = parsed(&json!({"user_type": user_type, "guest": guest}));
        if claims.is_ok_and(|claims| claims.kind == UserKind::Regular) {
            prop_assert!(user_type.is_null() || user_type.as_str().is_some_and(|word| folded(word.trim()) == "regular"));
            prop_assert!(guest.is_null() || boolean(&guest) == Some(false));
        }
    }

    #[test]
    fn every_way_to_write_a_list_means_the_same(names in prop::collection::vec("[a-zA-Z0-9@._-]{1,12}", 0..8), at in 0usize..8) {
        let (first, second) = names.split_at(at.min(names.len()));
        let array = named(&json!({"applications": names}));
        prop_assert_eq!(&named(&json!({"applications": names.join(" , ")})), &array);
        prop_assert_eq!(&named(&json!({"applications": [first.join(","), second.join(",")]})), &array);
        let admin: Vec<_> = array.iter().map(|(name, _)| (name.clone(), true)).collect();
        prop_assert_eq!(named(&json!({"applications_admin": names})), admin.clone());
        prop_assert_eq!(named(&json!({"applications": names, "applications_admin": names.join(",")})), admin);
    }
}

#[test]
fn invisible_characters_in_claims_end_no_sign_in_and_take_no_other_name() {
    let claims = parsed(&json!({
        "name": "\u{202e}Ada\u{200b} Lovelace", "preferred_username": "bob\u{200b}",
        "email": "bob\u{ad}@example.com", "email_verified": true,
        "applications": "atlas, at\u{200b}las, bob, .., .",
    }))
    .expect("usable");
    assert_eq!(claims.shown_name(), "Ada Lovelace");
    assert_eq!((claims.username.as_deref(), claims.email.as_ref(), claims.email_verified), (None, None, false));
    let names: Vec<&str> = claims.shared_projects().map(|project| project.name.as_str()).collect();
    assert_eq!(names, ["atlas", "bob", "..", "."]);
}
