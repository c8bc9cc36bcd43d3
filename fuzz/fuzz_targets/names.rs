//! Names, addresses and texts, as people type them.
#![no_main]

use domain::email::Email;
use domain::password::{NewPassword, PasswordPolicy};
use domain::project::ProjectName;
use domain::text::{BudgetName, Description, DisplayName, PersonName, SearchTerm, folded};
use domain::violation::Violation;
use libfuzzer_sys::fuzz_target;

/// What was taken is plain text, and is taken again as it is.
fn check(raw: &str, parse: fn(&str) -> Result<String, Violation>) {
    if let Ok(text) = parse(raw) {
        assert!(!text.contains('\0'), "Postgres takes no NUL");
        assert_eq!(text.trim(), text);
        assert_eq!(parse(&text), Ok(text));
    }
}

fuzz_target!(|raw: &str| {
    check(raw, |raw| ProjectName::parse(raw).map(String::from));
    check(raw, |raw| ProjectName::parse_existing(raw).map(String::from));
    check(raw, |raw| ProjectName::parse_foreign(raw).map(String::from));
    check(raw, |raw| Email::parse(raw).map(String::from));
    check(raw, |raw| PersonName::parse(raw).map(String::from));
    check(raw, |raw| DisplayName::parse(raw).map(String::from));
    check(raw, |raw| Description::parse(raw).map(String::from));
    check(raw, |raw| BudgetName::parse(raw).map(String::from));
    check(raw, |raw| SearchTerm::parse(raw).map(String::from));
    if let Ok(password) = NewPassword::parse(raw, "priya@example.com", PasswordPolicy::default()) {
        assert_eq!(password.expose(), raw, "a password is taken as it is");
    }
    assert_eq!(folded(&folded(raw)), folded(raw));
});
