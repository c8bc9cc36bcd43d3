//! What the document accepts is what is read, and the other way round.

use super::*;
use crate::api::query;
use domain::email::Email;
use domain::password::{NewPassword, PasswordPolicy};
use domain::reset_period::ResetPeriod;
use domain::spending::parse_utc_day;
use domain::violation::Violation;
use jsonschema::Validator;
use proptest::prelude::*;

/// A schema as a client reads it.
fn validator(schema: RefOr<Schema>) -> Validator {
    let schema = serde_json::to_value(schema).expect("a schema");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a sound schema")
}

/// Text near the rules: letters, digits, signs and blanks that they are about, and anything else.
fn near() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_. @-]{0,5}",
        "[a-z0-9_-]{0,6}",
        "[ \t\n]?[a-zA-Z]{0,3}[ \t]?",
        "[0-9]{1,6}[dhm]",
        "0?(36[0-9]|878[0-9]|52704[0-9])[dhm]",
        "[\\x00-\\x20\\x7F-\\xA0]{0,3}",
        ".{0,8}",
        (0usize..300).prop_map(|length| "é".repeat(length)),
        (90usize..130).prop_map(|length| "a".repeat(length)),
        prop::sample::select(vec!["admin", "root", "cli", "platform", "premium_models", "Regular", "external", "TRUE"])
            .prop_map(str::to_owned),
        any::<u128>().prop_map(|id| uuid::Uuid::from_u128(id).to_string()),
        any::<u128>().prop_map(|id| uuid::Uuid::from_u128(id).simple().to_string()),
        any::<u128>().prop_map(|id| uuid::Uuid::from_u128(id).urn().to_string()),
    ]
}

/// Whether a text is visible and in one normal form: about others the document says more in words.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\n' | '\r' | '\t' | ' '..='~' | 'é'))
}

macro_rules! agrees {
    ($($name:ident: $schema:ty, $parse:expr;)*) => {$(
        proptest! {
            #[test]
            fn $name(raw in near()) {
                let schema = validator(<$schema>::schema());
                let parse: fn(&str) -> bool = $parse;
                prop_assert_eq!(schema.is_valid(&json!(raw)), parse(&raw), "{:?}", raw);
            }
        }
    )*};
}

agrees! {
    user_id_of_the_document_is_what_is_read: UserIdText, |raw| user_id(raw).is_some();
    new_project_name_of_the_document_is_what_is_read:
        NewProjectNameText, |raw| exact(raw, ProjectName::parse).is_ok();
    budget_id_of_the_document_is_what_is_read: BudgetIdText, |raw| BudgetSlug::parse(raw).is_ok();
    new_budget_id_of_the_document_is_what_is_read: NewBudgetIdText, |raw| BudgetSlug::parse_new(raw).is_ok();
    reset_period_of_the_document_is_what_is_read: ResetPeriodText, |raw| ResetPeriod::parse(raw).is_ok();
    category_of_the_document_is_what_is_read: CategoryText, |raw| Category::parse(raw).is_ok();
    user_kind_of_the_document_is_what_is_read: UserKindText, |raw| UserKind::parse(raw).is_ok();
    flag_of_the_document_is_what_is_read: Flag, |raw| query::flag(json!(raw)).is_ok();
}

macro_rules! agrees_where_plain {
    ($($name:ident: $schema:ty, $parse:expr;)*) => {$(
        proptest! {
            #[test]
            fn $name(raw in near()) {
                let schema = validator(<$schema>::schema());
                let parse: fn(&str) -> bool = $parse;
                let (described, read) = (schema.is_valid(&json!(raw)), parse(&raw));
                prop_assert!(described || !read, "read, but not described: {:?}", raw);
                prop_assert!(read || !described || !is_plain(&raw), "described, but not read: {:?}", raw);
            }
        }
    )*};
}

agrees_where_plain! {
    person_name_of_the_document_is_what_is_read:
        OptionalPersonNameText, |raw| PersonName::parse_optional(Some(raw)).is_ok();
    display_name_of_the_document_is_what_is_read:
        DisplayNameText, |raw| DisplayName::parse_optional(Some(raw)).is_ok();
    description_of_the_document_is_what_is_read:
        DescriptionText, |raw| Description::parse_optional(Some(raw)).is_ok();
    budget_name_of_the_document_is_what_is_read: BudgetNameText, |raw| BudgetName::parse_sent(raw).is_ok();
    project_name_of_the_document_is_what_is_read: ProjectNameText, |raw| ProjectName::parse_sent(raw).is_ok();
    user_name_of_the_document_is_what_is_read: UsernameText, |raw| exact(raw, domain::username::parse).is_ok();
    email_of_the_document_is_what_is_read: EmailText, |raw| exact(raw, Email::parse).is_ok();
    password_of_the_document_is_what_is_read:
        NewPasswordText, |raw| NewPassword::parse(raw, "", least()).is_ok() || is_common(raw);
}

/// The policy with the least length that can be set, which the document states.
fn least() -> PasswordPolicy {
    PasswordPolicy::new(PasswordPolicy::LEAST).expect("in range")
}

/// Passwords that are refused for what they say.
fn is_common(raw: &str) -> bool {
    let problem = NewPassword::parse(raw, "", least()).expect_err("refused");
    problem == Violation::PasswordTooCommon
}

#[test]
fn whole_number_of_json_schema_is_what_is_read() {
    let schema = validator(VersionNumber::schema());
    for (text, expected) in [
        ("1", Some(1)),
        ("7.0", Some(7)),
        ("1e2", Some(100)),
        ("9007199254740991", Some(9_007_199_254_740_991)),
        ("1.5", None),
        ("\"1\"", None),
        ("true", None),
        ("1e300", None),
    ] {
        let value: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(schema.is_valid(&value), expected.is_some(), "{text}");
        assert_eq!(whole(value).unwrap_or_default(), expected, "{text}");
    }
    assert_eq!(whole(Value::Null).expect("null"), None);
}

#[test]
fn day_of_the_document_is_what_is_read() {
    let schema = validator(DayText::schema());
    for (raw, is_read) in [
        ("2026-03-02", true),
        ("2026-03-02T10:00:00Z", true),
        ("2026-03-02T10:00:00.5+01:00", true),
        ("2026-02-30", false),
        ("2026-03-02 10:00", false),
        ("2026-03-02T25:00:00Z", false),
        ("yesterday", false),
    ] {
        assert_eq!((schema.is_valid(&json!(raw)), parse_utc_day(raw).is_ok()), (is_read, is_read), "{raw}");
    }
}

#[test]
fn project_reset_period_that_is_read_fits_the_document() {
    let schema = validator(ProjectResetPeriodText::schema());
    for (raw, is_read) in
        [("30d", true), ("60s", true), ("0120s", true), ("31622400s", true), ("61s", false), ("60S", false)]
    {
        assert_eq!(
            (schema.is_valid(&json!(raw)), ResetPeriod::parse_with_seconds(raw).is_ok()),
            (is_read, is_read),
            "{raw}"
        );
    }
}

#[test]
fn version_out_of_range_is_refused() {
    for (number, is_read) in
        [(1, true), (0, false), (-1, false), (MAX_EXACT_INTEGER, true), (MAX_EXACT_INTEGER + 1, false)]
    {
        assert_eq!(version(Value::from(number)).is_ok(), is_read, "{number}");
    }
}
