//! Declarations that are refused.

use crate::access_matrix::read;

/// A declaration without faults, in which each test replaces a line.
const SOUND: &str = "\
title: Matrix
realms:
  main: {}
resources:
  wiki:
    address: /wiki/
    service: Wiki
    realms: [main]
columns: [wiki]
roles:
  editor:
    realm: main
    access:
      wiki: { level: editor, footnote: spaces }
footnotes:
  spaces: Only in their own spaces.
default_users:
  - { realm: main, username: zelda, roles: [editor] }
";

/// What is said of the declaration with one text replaced.
fn refusal(from: &str, to: &str) -> Vec<String> {
    assert!(SOUND.contains(from), "{from}");
    let problems = read(&SOUND.replacen(from, to, 1)).expect_err("a fault");
    problems.in_file("m.yaml").collect()
}

#[test]
fn declaration_without_faults_is_read() {
    let matrix = read(SOUND).expect("no fault");
    assert_eq!((matrix.roles.len(), matrix.columns.len()), (1, 1));
}

/// A text of the sound declaration, what it is replaced with, and the fault at its place.
const FAULTS: [(&str, &str, &str); 16] = [
    (
        "roles: [editor]",
        "roles: [editr]",
        r#"18:45: "editr" is not declared under roles. Did you mean "editor"? [unknown_role]"#,
    ),
    (
        "      wiki: {",
        "      wik: {",
        r#"14:7: "wik" is not declared under resources. Did you mean "wiki"? [unknown_resource]"#,
    ),
    (
        "columns: [wiki]",
        "columns: [wiki, queue]",
        r#"9:17: "queue" is not declared under resources. [unknown_resource]"#,
    ),
    (
        "    realm: main",
        "    realm: mian",
        r#"12:12: "mian" is not declared under realms. Did you mean "main"? [unknown_realm]"#,
    ),
    (
        "footnote: spaces }",
        "footnote: spaces2 }",
        r#"14:40: "spaces2" is not declared under footnotes. Did you mean "spaces"? [unknown_footnote]"#,
    ),
    (
        "level: editor",
        "level: write",
        r#"14:13: "write" is not a level. Levels are full, editor, read, restrict, none, not_applicable. [unknown_level]"#,
    ),
    (
        "{ level: editor, footnote: spaces }",
        "write",
        r#"14:13: "write" is not a level. Levels are full, editor, read, restrict, none, not_applicable. [unknown_level]"#,
    ),
    ("columns: [wiki]", "columns: [wiki, wiki]", r#"9:17: "wiki" is in this list already: see line 9. [duplicate]"#),
    (
        "footnotes:\n",
        "footnotes:\n  spaces: Others.\n",
        r#"17:3: "spaces" is in this list already: see line 16. [duplicate]"#,
    ),
    (
        "default_users:\n",
        "default_users:\n  - { realm: main, username: zelda, roles: [] }\n",
        r#"19:30: "zelda" is in this list already: see line 18. [duplicate]"#,
    ),
    (
        "footnotes:\n",
        "  other:\n    name: editor\n    realm: main\nfootnotes:\n",
        r#"15:3: The role "editor" is declared already. Roles differ in realm, client or name. [duplicate]"#,
    ),
    (
        "footnotes:\n",
        "  reader: { realm: main }\nseparate_duties: [[editor, reader], [reader, editor]]\nfootnotes:\n",
        r#"16:37: "reader and editor" is in this list already: see line 16. [duplicate]"#,
    ),
    ("spaces: Only in their own spaces.", "spaces:", NO_TEXT),
    ("spaces: Only in their own spaces.", "spaces: ''", NO_TEXT),
    ("spaces: Only in their own spaces.", "spaces: '  '", NO_TEXT),
    (", footnote: spaces", "", r#"16:3: No cell refers to the footnote "spaces". [unused_footnote]"#),
];
const NO_TEXT: &str = r#"16:3: The footnote "spaces" has no text. [footnote_without_text]"#;

#[test]
fn every_fault_is_reported_at_its_place() {
    for (from, to, fault) in FAULTS {
        let refused = refusal(from, to);
        assert!(refused.contains(&format!("m.yaml:{fault}")), "{to:?}: {refused:?}");
    }
}

#[test]
fn wrong_shape_is_refused_at_its_place() {
    for (from, to, place, word) in [
        ("service: Wiki", "servce: Wiki", "7:", "servce"),
        ("columns: [wiki]", "columns: wiki", "9:", ""),
        ("title: Matrix", "title: [Matrix", "", ""),
    ] {
        let refused = refusal(from, to);
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].starts_with(&format!("m.yaml:{place}")), "{refused:?}");
        assert!(refused[0].contains(word) && refused[0].ends_with("[malformed]"), "{refused:?}");
        assert!(!refused[0].contains('\n') && !refused[0].contains(" at line "), "{refused:?}");
    }
}

/// Other YAML tools read such keys as a boolean, a number or nothing.
#[test]
fn names_that_look_like_other_values_stay_names() {
    for name in ["no", "on", "404", "1.10", "0x1F"] {
        let text = SOUND.replace("  editor:\n", &format!("  {name}:\n")).replace("[editor]", &format!("[{name}]"));
        let matrix = read(&text).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        assert_eq!((matrix.roles[0].name.as_str(), matrix.default_users[0].roles[0].as_str()), (name, name));
    }
}

#[test]
fn all_faults_are_reported_in_the_order_of_the_file() {
    let text = SOUND.replace("roles: [editor]", "roles: [x]").replace("level: editor", "level: y");
    let problems = read(&text).expect_err("two faults");
    assert_eq!(problems.0.iter().map(|problem| problem.line).collect::<Vec<_>>(), [14, 18]);
}
