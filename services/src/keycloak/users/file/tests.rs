use super::*;
use domain::keycloak_user::Desired;
use domain::project::ProjectName;
use proptest::prelude::*;

const HEADER: &str = "username,email,first_name,last_name,role,applications,applications_admin,user_type";

fn rows(text: &str) -> Vec<Row> {
    read(text.as_bytes(), &ClaimRules::default()).expect("a file")
}

fn draft(row: &Row) -> &KeycloakUserDraft {
    row.draft.as_ref().unwrap_or_else(|problems| panic!("line {}: {problems:?}", row.line))
}

fn problems(row: &Row) -> String {
    let problems = row.draft.as_ref().expect_err("a problem");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / ")
}

fn projects(desired: &Desired<Vec<ProjectName>>) -> Vec<&str> {
    match desired {
        Desired::Set(names) => names.iter().map(ProjectName::as_str).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn same_users_are_read_from_every_kind_of_file() {
    let comma = format!("{HEADER}\nzelda,zelda@example.com,Zelda,Lindqvist,developer,atlas billing,atlas,regular\n");
    let expected = rows(&comma);
    assert_eq!(draft(&expected[0]).username.as_str(), "zelda");
    let kinds = [
        format!("\u{feff}{comma}"),
        comma.replace(',', ";"),
        format!("\u{feff}{}", comma.replace(',', ";").replace('\n', "\r\n")),
        comma.replace(',', "\t"),
        comma.replace('\n', "\r\n"),
        comma.replace('\n', "\r"),
        comma.trim_end().to_owned(),
        format!("{comma}\n,,,,,,,\n"),
        comma.replace("atlas billing", "\"atlas, billing\""),
        comma.replace("atlas billing", "atlas|billing"),
        comma.replace("zelda@example.com", "\u{a0}Zelda@Example.COM "),
        comma.replace("first_name", "First name").replace("email", "\"E-mail\""),
    ];
    for kind in kinds {
        assert_eq!(rows(&kind), expected, "{kind:?}");
    }
}

#[test]
fn rows_are_numbered_by_the_lines_of_the_file() {
    let read = rows(
        "\n\nusername,email,role\r\n\r\nzelda,zelda@example.com,developer\n\n\n\"ze\nra\",x,developer\nzoe,zoe@example.com,admin\n",
    );
    assert_eq!(read.iter().map(|row| row.line).collect::<Vec<_>>(), [5, 8, 10]);
    assert_eq!(
        problems(&read[1]),
        "column username: Remove the blanks from the user name. / column email: Enter an e-mail address like name@example.com."
    );
    assert_eq!(draft(&read[2]).username.as_str(), "zoe");
}

#[test]
fn line_breaks_and_quotes_in_cells_are_data() {
    let read = rows(
        "username,email,role,last_name,applications\nzelda,zelda@example.com,developer,\"van \"\"der\"\"\nBerg\",\"atlas\nbilling\"\n",
    );
    let draft = draft(&read[0]);
    assert_eq!(draft.last_name, Desired::Set(domain::text::PersonName::parse("van \"der\" Berg").expect("a name")));
    assert_eq!(projects(&draft.applications), ["atlas", "billing"]);
}

#[test]
fn cells_that_look_like_formulas_are_data() {
    let read = rows(
        "username,email,role,first_name\nzelda,zelda@example.com,developer,=HYPERLINK(1)\n+zelda,z2@example.com,developer,@x\n",
    );
    assert_eq!(
        draft(&read[0]).first_name,
        Desired::Set(domain::text::PersonName::parse("=HYPERLINK(1)").expect("a name"))
    );
    assert_eq!(draft(&read[1]).username.as_str(), "+zelda");
}

#[test]
fn repeated_username_or_address_refuses_every_such_line() {
    let read = rows(
        "username,email,role\nzelda,a@example.com,developer\nzoe,b@example.com,developer\n ZELDA ,B@example.com,developer\nzora,c@example.com,owner\n",
    );
    assert_eq!(problems(&read[0]), "column username: line 4 has the same value.");
    assert_eq!(problems(&read[1]), "column email: line 4 has the same value.");
    assert_eq!(
        problems(&read[2]),
        "column username: line 2 has the same value. / column email: line 3 has the same value."
    );
    assert_eq!(problems(&read[3]), "column role: Choose admin or developer.");
    // One name in two spellings of Unicode.
    let read = rows("username,email,role\nzo\u{eb},a@example.com,developer\nzoe\u{308},b@example.com,admin\n");
    assert_eq!(problems(&read[1]), "column username: line 2 has the same value.");
}

#[test]
fn row_with_an_open_quote_or_a_loose_separator_is_refused_and_hides_no_user() {
    let read = rows(
        "username,email,role\nzelda,zelda@example.com,developer,atlas\n\"zoe,zoe@example.com,developer\nzora,zora@example.com,developer\n",
    );
    assert_eq!(read.len(), 2);
    assert!(problems(&read[0]).contains("it has 4 cells and the first line has 3"), "{}", problems(&read[0]));
    assert!(problems(&read[1]).contains("Is a quote missing"), "{}", problems(&read[1]));
}

#[test]
fn file_that_cannot_be_read_says_why() {
    let problem = |bytes: &[u8]| read(bytes, &ClaimRules::default()).expect_err("a problem").to_string();
    assert!(problem(b"").starts_with("The file is empty. Its first line names the columns: username, email,"));
    assert!(problem("\u{feff}\n \n".as_bytes()).starts_with("The file is empty."));
    assert_eq!(
        problem(b"username,email,role\nz\xe9lda,z@example.com,developer\n"),
        "Line 2 is not UTF-8. Save the file as \"CSV UTF-8\"."
    );
    let utf16: Vec<u8> = "\u{feff}username".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(problem(&utf16).starts_with("Line 1 is not UTF-8."));
    assert!(problem(b"username,email,role,aplications\n").starts_with("Line 1: no column is called \"aplications\"."));
    assert_eq!(problem(b"username,email,role,E-mail\n"), "Line 1: the column email stands there twice.");
    assert_eq!(problem(b"username;email\n"), "Line 1: the column role is missing.");
    assert!(problem(b"zelda,zelda@example.com,developer\n").starts_with("Line 1: no column is called \"zelda\"."));
}

fn cell(value: &str, delimiter: char, is_quoted: bool) -> String {
    if is_quoted || value.contains([delimiter, '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

proptest! {
    #[test]
    fn written_users_are_read_again(
        users in prop::collection::vec(("[a-z]{3,8}", "[ -~]{0,12}", prop::collection::vec("[a-z0-9-]{3,8}", 0..4)), 1..20),
        delimiter in prop::sample::select(vec![',', ';', '\t']),
        end in prop::sample::select(vec!["\n", "\r\n"]),
        has_mark in any::<bool>(),
        is_quoted in any::<bool>(),
    ) {
        let headings = ["username", "email", "role", "last_name", "applications"];
        let mut text = if has_mark { "\u{feff}".to_owned() } else { String::new() };
        text += &(headings.join(&delimiter.to_string()) + end);
        for (number, (name, last, projects)) in users.iter().enumerate() {
            let cells = [format!("{name}{number}"), format!("{name}{number}@example.com"), "developer".to_owned(), last.clone(), projects.join("|")];
            text += &(cells.map(|value| cell(&value, delimiter, is_quoted)).join(&delimiter.to_string()) + end);
        }
        let read = rows(&text);
        prop_assert_eq!(read.len(), users.len());
        for (number, (row, (name, last, projects))) in read.iter().zip(&users).enumerate() {
            prop_assert_eq!(row.line, number as u64 + 2);
            let draft = row.draft.as_ref().expect("a user");
            prop_assert_eq!(draft.username.as_str(), format!("{name}{number}"));
            let words = last.split_whitespace().collect::<Vec<_>>().join(" ");
            let expected = match words.as_str() {
                "" => Desired::Keep,
                "-" => Desired::Clear,
                words => Desired::Set(domain::text::PersonName::parse(words).expect("a name")),
            };
            prop_assert_eq!(&draft.last_name, &expected);
            let mut unique: Vec<&str> = Vec::new();
            projects.iter().for_each(|project| if !unique.contains(&project.as_str()) { unique.push(project) });
            match &draft.applications {
                Desired::Set(names) => prop_assert_eq!(names.iter().map(ProjectName::as_str).collect::<Vec<_>>(), unique),
                _ => prop_assert!(projects.is_empty() || projects == &["-"]),
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), rest in "[ -~\"\n\r,;éß\u{feff}]{0,200}") {
        let _ = read(&bytes, &ClaimRules::default());
        let text = format!("username,email,role\n{rest}");
        if let Ok(rows) = read(text.as_bytes(), &ClaimRules::default()) {
            let last = text.matches('\n').count() as u64 + 1;
            prop_assert!(rows.windows(2).all(|pair| pair[0].line <= pair[1].line), "{:?}", rows);
            prop_assert!(rows.iter().all(|row| (2..=last).contains(&row.line)));
        }
    }
}
