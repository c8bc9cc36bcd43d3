use super::*;
use crate::claims::ClaimRules;
use serde_json::json;

const ID: &str = "0198f1de-0000-7000-8000-000000000001";

fn parse(user: serde_json::Value, held: HeldRoles) -> Result<ImportedUser, ImportResult> {
    let mut whole =
        json!({ "id": ID, "username": "ada", "email": "ada@example.com", "emailVerified": true, "enabled": true });
    whole.as_object_mut().unwrap().extend(user.as_object().unwrap().clone());
    ImportedUser::parse(&serde_json::from_value(whole).unwrap(), held, &ClaimRules::default())
}

const DEVELOPER: HeldRoles = HeldRoles { admin: false, developer: true };

#[test]
fn attributes_are_read_as_claims_of_a_token() {
    let attributes = json!({ "attributes": {
        "applications": ["atlas, /notes", "ADA@example.com", "ada", "atlas"],
        "applications_admin": ["billing"],
        "user_type": ["regular"],
    }});
    let snapshot = parse(attributes, DEVELOPER).unwrap().snapshot();
    let projects: Vec<(&str, bool)> = snapshot.projects.iter().map(|(name, is)| (name.as_str(), *is)).collect();
    assert_eq!(projects, [("atlas", false), ("billing", true), ("notes", false)]);
    assert_eq!((snapshot.role.as_str(), snapshot.kind.as_str(), snapshot.is_active), ("user", "regular", true));
}

#[test]
fn users_who_cannot_be_imported_have_a_code() {
    for (user, held, code) in [
        (json!({ "email": null }), DEVELOPER, "no_address"),
        (json!({ "email": " " }), DEVELOPER, "no_address"),
        (json!({ "email": "ada at example" }), DEVELOPER, "invalid_address"),
        (json!({ "id": "f:1:ada" }), DEVELOPER, "id_is_no_uuid"),
        (json!({ "id": ID.to_uppercase() }), DEVELOPER, "id_is_no_uuid"),
        (json!({ "serviceAccountClientId": "robot" }), DEVELOPER, "service_account"),
        (json!({}), HeldRoles::default(), "no_role"),
        (json!({ "attributes": { "user_type": ["staff"] } }), DEVELOPER, "attribute"),
        (json!({ "attributes": { "guest": ["perhaps"] } }), DEVELOPER, "attribute"),
    ] {
        assert_eq!(parse(user.clone(), held).unwrap_err().code(), code, "{user}");
    }
    let null = json!({ "attributes": null, "firstName": null });
    assert_eq!(parse(null, DEVELOPER).unwrap().claims.shown_name(), "ada@example.com");
}

fn snapshot(name: &str, projects: &[(&str, bool)]) -> Snapshot {
    let projects = projects.iter().map(|(name, is_admin)| ((*name).to_owned(), *is_admin)).collect();
    Snapshot {
        name: name.to_owned(),
        email: "ada@example.com".to_owned(),
        is_active: true,
        projects,
        ..Snapshot::default()
    }
}

#[test]
fn only_what_keycloak_alone_changed_is_updated() {
    let (base, edited, changed) = (snapshot("Ada", &[]), snapshot("Countess", &[]), snapshot("Ada L.", &[]));
    for (base, bursar, keycloak, update, kept) in [
        (Some(&base), &base, &base, None, 0),
        (Some(&base), &base, &changed, Some("Ada L."), 0),
        (Some(&base), &edited, &changed, None, 1),
        (Some(&base), &edited, &base, None, 0),
        (Some(&base), &changed, &changed, None, 0),
        (None, &edited, &changed, None, 1),
    ] {
        let found = compare(base, bursar, keycloak);
        assert_eq!((found.name.as_deref(), found.kept.len()), (update, kept), "{base:?} {bursar:?} {keycloak:?}");
    }
}

#[test]
fn memberships_are_added_and_never_removed() {
    let base = snapshot("Ada", &[("atlas", false), ("notes", false), ("old", true)]);
    // In Bursar Ada was removed from atlas.
    let bursar = snapshot("Ada", &[("notes", false), ("old", true), ("own", true)]);
    let keycloak = snapshot("Ada", &[("Atlas", true), ("new", true), ("notes", true)]);
    let found = compare(Some(&base), &bursar, &keycloak);
    let granted = found.memberships.iter().map(|granted| (granted.project.name.as_str(), granted.project.is_admin));
    let granted: Vec<(&str, bool)> = granted.collect();
    assert_eq!(granted, [("new", true), ("notes", true)]);
    let kept: Vec<String> = found.kept.iter().map(ToString::to_string).collect();
    assert_eq!(
        kept,
        ["project: Atlas (not a member) → Atlas (project admin)", "project: old (project admin) → old (not a member)"]
    );
}

#[test]
fn difference_that_stays_is_shown_by_the_next_import_too() {
    let (base, edited, changed) = (snapshot("Ada", &[]), snapshot("Countess", &[]), snapshot("Ada L.", &[]));
    let first = compare(Some(&base), &edited, &changed);
    let next = next_base(Some(base), &first, &edited, &changed);
    assert_eq!(compare(next.as_ref(), &edited, &changed).kept, first.kept);
    assert_eq!(next_base(None, &first, &edited, &changed), None, "nothing is known of a user whom no import wrote");
}

/// Imports once more, as long as Bursar grants what it compares.
fn imported(base: Option<Snapshot>, bursar: &Snapshot, keycloak: &Snapshot) -> (Comparison, Option<Snapshot>) {
    let found = compare(base.as_ref(), bursar, keycloak);
    let next = next_base(base, &found, bursar, keycloak);
    (found, next)
}

#[test]
fn membership_that_was_equal_and_then_revoked_is_not_granted_again() {
    let (without, with) = (snapshot("Ada", &[]), snapshot("Ada", &[("atlas", false)]));
    // An administrator added Ada in Bursar before Keycloak named the project.
    let (found, base) = imported(Some(without.clone()), &with, &with);
    assert_eq!(found, Comparison::default());
    let (found, _) = imported(base, &without, &with);
    assert!(!found.has_updates(), "{found:?}");
}

#[test]
fn project_admin_of_another_spelling_who_was_revoked_is_not_granted_again() {
    let base = snapshot("Ada", &[("atlas", false)]);
    let (member, admin) = (snapshot("Ada", &[("atlas", false)]), snapshot("Ada", &[("Atlas", true)]));
    let (found, base) = imported(Some(base), &member, &admin);
    assert_eq!(found.memberships.len(), 1);
    let (found, _) = imported(base, &member, &admin);
    assert!(!found.has_updates(), "{found:?}");
}

#[test]
fn membership_that_bursar_refuses_stays_a_difference() {
    let (base, keycloak) = (snapshot("Ada", &[]), snapshot("Ada", &[("atlas", false), ("notes", true)]));
    let mut found = compare(Some(&base), &base, &keycloak);
    found.retain_granted(|place| place == 1);
    let next = next_base(Some(base.clone()), &found, &base, &keycloak).expect("a base");
    assert_eq!(next.projects.into_iter().collect::<Vec<_>>(), [("notes".to_owned(), true)]);
    let kept: Vec<String> = found.kept.iter().map(ToString::to_string).collect();
    assert_eq!(kept, ["project: atlas (not a member) → atlas (member)"]);
    assert_eq!(found.updates().count(), 1);
}

#[test]
fn time_left_follows_the_rate() {
    let at = |seconds| OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds);
    let mut progress = ImportProgress {
        kind: ImportKind::Apply,
        realm: "main".to_owned(),
        total: 1_000,
        counts: ImportCounts { created: 200, skipped: 50, ..ImportCounts::default() },
        has_attributes: true,
        is_writable_by_users: false,
        started_at: at(0),
        resumed_at: None,
        resumed_with: 0,
        updated_at: at(10),
        finished_at: None,
        fault: None,
    };
    assert_eq!((progress.rate(), progress.time_left()), (Some(25.0), Some(Duration::seconds(30))));
    let hour = 3_600;
    let resumed =
        ImportProgress { resumed_at: Some(at(hour)), resumed_with: 150, updated_at: at(hour + 10), ..progress.clone() };
    assert_eq!(
        (resumed.rate(), resumed.time_left()),
        (Some(10.0), Some(Duration::seconds(75))),
        "the hour between does not count"
    );
    progress.updated_at = at(0);
    assert_eq!((progress.rate(), progress.time_left()), (None, None));
}

#[test]
fn csv_cell_is_no_formula() {
    let row = ReportRow {
        place: 0,
        subject: ID.to_owned(),
        username: "=cmd".to_owned(),
        name: "Ada \"Countess\", L.".to_owned(),
        address: "ada@example.com".to_owned(),
        outcome: Outcome::Skipped,
        code: "unchanged".to_owned(),
        detail: ImportResult::Unchanged.to_string(),
        is_over_limit: false,
        at: OffsetDateTime::UNIX_EPOCH,
    };
    assert!(
        row.csv().starts_with("\"'=cmd\",\"Ada \"\"Countess\"\", L.\",\"ada@example.com\",\"skipped\""),
        "{}",
        row.csv()
    );
}
