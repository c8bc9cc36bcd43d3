use super::*;
use proptest::prelude::*;

fn parse(cells: &[(Column, &str)]) -> Result<KeycloakUserDraft, Vec<CellProblem>> {
    let cell = |column| cells.iter().find(|(at, _)| *at == column).map_or("", |(_, cell)| *cell);
    KeycloakUserDraft::parse(cell, &ClaimRules::default())
}

fn with(column: Column, cell: &str) -> Result<KeycloakUserDraft, Vec<CellProblem>> {
    let usual = [(Column::Username, "zelda"), (Column::Email, "zelda@example.com"), (Column::Role, "developer")];
    parse(&std::iter::once((column, cell)).chain(usual).collect::<Vec<_>>())
}

fn names(desired: &Desired<Vec<ProjectName>>) -> Vec<&str> {
    match desired {
        Desired::Set(names) => names.iter().map(ProjectName::as_str).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn empty_cell_keeps_and_dash_clears() {
    let empty = with(Column::FirstName, " ").expect("a user");
    assert_eq!((&empty.first_name, &empty.applications), (&Desired::Keep, &Desired::Keep));
    assert_eq!(with(Column::LastName, " - ").expect("a user").last_name, Desired::Clear);
    assert_eq!(with(Column::Applications, "-").expect("a user").applications, Desired::Clear);
    assert!(with(Column::UserType, "-").is_err(), "a slip must not make an external user regular");
}

#[test]
fn username_and_address_are_lower_case_as_keycloak_stores_them() {
    let parsed =
        parse(&[(Column::Username, " Zelda.L "), (Column::Email, "Zelda@Example.COM "), (Column::Role, "Admin")]);
    let parsed = parsed.expect("a user");
    assert_eq!((parsed.username.as_str(), parsed.email.as_str()), ("zelda.l", "zelda@example.com"));
    assert_eq!(parsed.role, RealmRole::Admin);
}

#[test]
fn every_bad_cell_of_a_line_is_named() {
    let problems = parse(&[
        (Column::Username, "zelda l"),
        (Column::Email, "zelda"),
        (Column::Role, "owner"),
        (Column::Applications, "at\u{202e}las"),
        (Column::UserType, "guest"),
    ]);
    let columns: Vec<Column> = problems.expect_err("five").iter().map(|problem| problem.column).collect();
    assert_eq!(columns, [Column::Username, Column::Email, Column::Role, Column::Applications, Column::UserType]);
}

#[test]
fn projects_stand_between_any_of_the_usual_separators() {
    for cell in [
        "atlas billing",
        "atlas|billing",
        "atlas, billing",
        "atlas;billing",
        "/atlas\nbilling Atlas",
        " atlas | billing,",
    ] {
        assert_eq!(
            names(&with(Column::Applications, cell).expect(cell).applications),
            ["atlas", "billing"],
            "{cell:?}"
        );
    }
}

#[test]
fn headings_are_read_as_spreadsheets_write_them() {
    for heading in ["first_name", "First name", "firstName", " FIRST-NAME "] {
        assert_eq!(Column::parse(heading), Some(Column::FirstName), "{heading}");
    }
    assert_eq!(Column::parse("E-Mail"), Some(Column::Email));
    assert_eq!(Column::parse("aplications"), None);
}

#[test]
fn word_for_external_users_is_the_configured_one() {
    let rules = ClaimRules { external_type: "Contractor".to_owned(), ..ClaimRules::default() };
    assert_eq!(user_type("contractor", &rules), Ok(Desired::Set(UserKind::External)));
    assert_eq!(user_type("external", &rules), Err(Violation::unknown_choice("regular or Contractor")));
}

proptest! {
    #[test]
    fn projects_of_a_cell_are_those_a_token_would_name(cell in "[a-zA-Z/ |,;\n-]{0,40}") {
        if let Ok(found) = projects(&cell) {
            let values: Vec<&str> = found.iter().map(ProjectName::as_str).collect();
            let claimed = crate::claims::project_names(Some(&serde_json::json!(values)));
            prop_assert_eq!(claimed, found);
        }
    }
}
