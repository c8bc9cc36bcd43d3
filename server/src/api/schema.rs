//! Single values on the wire: what the document says of them and how they are read, from the same limits of `domain`.

mod patterns;
mod read;

pub use read::{SentText, exact, given_whole, user_id, version, whole};

use self::patterns::{BLANK, NOT_BLANK, NOT_BLANK_LINE, PLAIN, any_case, project_reset_periods, reset_periods};
use super::wire::Amount;
use domain::budget::{BudgetSlug, Category};
use domain::password::{self, PasswordPolicy};
use domain::permission::Permission;
use domain::project::{ProjectName, RESERVED_NAMES};
use domain::spend::{MAX_LIFETIME, MAX_TOKENS, Model, ProjectRef, SpendKey, UserRef};
use domain::text::{BudgetName, Description, DisplayName, GroupName, PersonName, SearchTerm, ShareReason};
use domain::user::UserKind;
use domain::username::Username;
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, Array, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema,
    SchemaFormat, Type,
};
use utoipa::openapi::{RefOr, Required};
use utoipa::{PartialSchema, ToSchema};

/// Every number up to this one is exact in any JSON library (RFC 8259, section 6).
const MAX_EXACT_INTEGER: i64 = (1 << 53) - 1;
/// [`domain::spend::MAX_AMOUNT`], as a schema has numbers.
const MAX_SPEND: f64 = 1_000_000.0;

/// Declares what the document says of values of a kind.
macro_rules! described {
    ($($(#[doc = $text:literal])+ $name:ident = $schema:expr;)*) => {$(
        $(#[doc = $text])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text: &str = concat!($($text),+);
                $schema.description(Some(text.trim())).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

described! {
    /// The id of a user: a UUID with its hyphens.
    UserIdText = string().format(Some(SchemaFormat::Custom("uuid".to_owned())));
    /// The id of a user. Blank stands for the caller.
    UserFilterText = AnyOfBuilder::new().item(UserIdText::schema()).item(string().pattern(Some(BLANK)));
    /// A permission of Bursar.
    PermissionText = string().enum_values(Some(Permission::ALL.iter().map(|permission| permission.key())));
    /// The technical name of a project. Blank stands for all.
    ProjectFilterText =
        AnyOfBuilder::new().item(ProjectNameText::schema()).item(string().pattern(Some(BLANK)));
    /// A day in ISO 8601, or a time in RFC 3339, which stands for its day in UTC. Blank counts as left out.
    DayText = AnyOfBuilder::new()
        .item(string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))))
        .item(string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))))
        .item(string().pattern(Some(BLANK)));
    /// A time in RFC 3339, or a day in UTC, in the years from 2000 to 2999. Blank counts as left out.
    MomentText = AnyOfBuilder::new()
        .item(string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).pattern(Some("^2")))
        .item(string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).pattern(Some("^2")))
        .item(string().pattern(Some(BLANK)));
    /// A name of the tz database, such as `Europe/Warsaw`.
    TimeZoneText = string().format(Some(SchemaFormat::Custom("time-zone".to_owned())));
    /// The id of a cost center.
    CostCenterIdText = string().format(Some(SchemaFormat::Custom("uuid".to_owned())));
    /// The name of a user as shown. Blank stands for the user name.
    OptionalPersonNameText = optional(PersonName::LONGEST);
    /// Unique without regard to case; never changes. No blanks; an e-mail address may be one.
    UsernameText = visible(r"^[^\s\x00-\x1F\x7F-\x9F]+$")
        .min_length(Some(Username::SHORTEST))
        .max_length(Some(Username::LONGEST));
    /// An e-mail address (RFC 5322) without quotes, comments, brackets and blanks. Unique without regard to case.
    EmailText = string()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
        .max_length(Some(domain::email::Email::LONGEST))
        .pattern(Some(r#"^[^\s\x00-\x1F\x7F-\x9F<>"(),;@]+@[^\s\x00-\x1F\x7F-\x9F<>"(),;@]+$"#));
    /// A password to set. The shortest one is a setting (`BURSAR_PASSWORD_MIN_LENGTH`, 15 by default): the document that
    /// Bursar serves states it here, and `GET /v1/config` under `passwordMinLength`. Apart from its length it is refused
    /// when it is on lists that attackers try first, repeats a short block of characters, or holds the e-mail address or
    /// a NUL.
    NewPasswordText = bounded(usize::from(PasswordPolicy::LEAST), password::LONGEST)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)));
    /// The technical name of a new project: begins with a letter or a digit; never changes.
    NewProjectNameText = bounded(ProjectName::SHORTEST, ProjectName::LONGEST)
        .pattern(Some("^[a-z0-9][a-z0-9_-]*$"))
        .extensions(only("not", json!({"enum": RESERVED_NAMES})));
    /// The technical name of a project; that of a personal project is the e-mail address of its owner.
    ProjectNameText = string()
        .min_length(Some(1))
        .max_length(Some(ProjectName::LONGEST_EXISTING))
        .pattern(Some(NOT_BLANK_LINE));
    /// The technical name of a project for a client that chooses any; never changes.
    FreeProjectNameText = visible(NOT_BLANK_LINE)
        .min_length(Some(1))
        .max_length(Some(ProjectName::LONGEST_EXISTING))
        .extensions(only("not", json!({"pattern": r"^\s*\.{1,2}\s*$"})));
    /// What a project is called in sentences. Blank clears it.
    DisplayNameText = optional(DisplayName::LONGEST);
    /// What a project or a budget is for. Blank clears it.
    DescriptionText = optional(Description::LONGEST);
    /// The name of a budget, unique without regard to case.
    BudgetNameText =
        visible(NOT_BLANK).min_length(Some(BudgetName::SHORTEST)).max_length(Some(BudgetName::LONGEST));
    /// The id of a budget.
    BudgetIdText = bounded(1, BudgetSlug::LONGEST).pattern(Some("^[A-Za-z0-9_-]+$"));
    /// The id of a new budget; never changes. A UUID is refused: budgets made in the console have those.
    NewBudgetIdText = bounded(1, BudgetSlug::LONGEST).pattern(Some("^[A-Za-z0-9_-]+$")).extensions(only(
        "not",
        json!({"pattern": "^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"}),
    ));
    /// After how many days, hours or minutes (`30d`, `24h`, `60m`) the spend starts again from zero; at most 366 days.
    ResetPeriodText = string().pattern(Some(reset_periods()));
    /// As the periods of budgets, and whole minutes in seconds (`3600s`). Its format is a rule in words: at most 366 days,
    /// and a multiple of 60 seconds.
    ProjectResetPeriodText = string()
        .format(Some(SchemaFormat::Custom("reset-period".to_owned())))
        .pattern(Some(project_reset_periods()));
    /// The beginning of the id of a new budget, whose end Bursar chooses.
    BudgetPrefixText = bounded(1, BudgetSlug::LONGEST_PREFIX).pattern(Some("^[A-Za-z0-9_-]+$"));
    /// How a budget is shared out among members.
    AllocationModeText = one_of(["equal"]);
    /// Not available: only an empty list is taken.
    NoModels = ArrayBuilder::new().items(string()).max_items(Some(0));
    /// The id of a budget group.
    GroupIdText = string().format(Some(SchemaFormat::Custom("uuid".to_owned())));
    /// The name of a budget group.
    GroupNameText = visible(NOT_BLANK).min_length(Some(GroupName::SHORTEST)).max_length(Some(GroupName::LONGEST));
    /// Why a member has a fixed share. Blank for none.
    ReasonText = optional(ShareReason::LONGEST);
    /// What each category has of the total: `pct` in percent, which sum to 100 within 0.5, and a soft limit, 80 % of the
    /// hard one without it. `platform` has more than 0; another category with 0 has no budget.
    CategoryParts = Category::ALL.into_iter().fold(
        ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false))),
        |object, category| object.property(category.key(), category_part()),
    );
    /// An amount of US dollars above 0, below 1000000000, exact to nine decimals. More decimals are rounded to nine:
    /// the minimum is what is rounded up to the smallest amount.
    PositiveAmount = ObjectBuilder::new()
        .schema_type(Type::Number)
        .format(Some(SchemaFormat::Custom("decimal".to_owned())))
        .minimum(Some(0.000_000_000_5))
        .exclusive_maximum(Some(1_000_000_000.0));
    /// An amount of US dollars above 0, at most 1000000, exact to nine decimals. More decimals are rounded to nine: the
    /// minimum is what is rounded up to the smallest amount.
    ReservedAmount = spend(0.000_000_000_5);
    /// An amount of US dollars from 0 to 1000000, exact to nine decimals. More decimals are rounded to nine.
    SettledAmount = spend(0.0);
    /// An amount of US dollars other than 0, negative in a correction, from -1000000 to 1000000, exact to nine decimals. More
    /// decimals are rounded to nine.
    SignedAmount = spend(-MAX_SPEND);
    /// An idempotency key of the gateway's own choice, for example the id of the call. The same key again is the same
    /// request.
    SpendKeyText =
        visible(NOT_BLANK_LINE).min_length(Some(SpendKey::SHORTEST)).max_length(Some(SpendKey::LONGEST));
    /// The id, the e-mail address or the user name of a user. Blank names none.
    UserRefText = optional(UserRef::LONGEST);
    /// The technical name of a project. Blank names none.
    ProjectRefText = optional(ProjectRef::LONGEST);
    /// The name of a model. Blank where it is not known.
    ModelText = optional(Model::LONGEST);
    /// The id of a reservation.
    ReservationIdText = string().format(Some(SchemaFormat::Custom("uuid".to_owned())));
    /// Seconds, at most a day.
    LifetimeSeconds = integer(1, MAX_LIFETIME.whole_seconds());
    /// A count of tokens.
    TokenCount = integer(0, MAX_TOKENS);
    /// What a budget pays for.
    CategoryText = one_of(Category::ALL.map(Category::key));
    /// The id of a budget, or null, for each category to change.
    Assignments = Category::ALL.into_iter().fold(
        ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false))),
        |object, category| object.property(category.key(), nullable(BudgetIdText::schema())),
    );
    /// Whether a user belongs to the organization; upper case and blanks around it are read too.
    UserKindText = AnyOfBuilder::new()
        .item(one_of([UserKind::Regular, UserKind::External].map(UserKind::key)))
        .item(string().pattern(Some(any_case(r"\s*", [UserKind::Regular, UserKind::External].map(UserKind::key)))));
    /// Part of a name, without regard to case and accents. Blank searches for nothing.
    SearchText = optional(SearchTerm::LONGEST);
    /// Where a page begins: a value that the `Link` of another page of the same list holds, and nothing else.
    CursorText = string().format(Some(SchemaFormat::Custom("cursor".to_owned())));
    /// `true` or `false`; `1`, `yes`, `on` and their opposites in any case are read too.
    Flag = flag().default(Some(false.into()));
    /// As the other flags, but `true` when it is missing.
    FlagUnlessOff = flag().default(Some(true.into()));
    /// The version that the change was made for, in place of `If-Match`.
    VersionNumber = integer(1, MAX_EXACT_INTEGER);
    /// How many shared projects the user may be in.
    ProjectLimitNumber = integer(0, i64::from(i32::MAX));
    /// To what the cost of a project is charged: there are no cost centers yet.
    Attribution = one_of(["project"]);
    /// Only `true` is available.
    AvailableFlag = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    /// Not available: only `false` is taken.
    UnavailableFlag = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([false]));
}

/// What a category has of a total.
fn category_part() -> ObjectBuilder {
    let pct = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0.0)).maximum(Some(100.0));
    ObjectBuilder::new()
        .property("pct", pct)
        .property("soft_budget", nullable(Amount::schema()))
        .required("pct")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

fn flag() -> AnyOfBuilder {
    let words = any_case("", ["true", "1", "yes", "on", "false", "0", "no", "off"]);
    AnyOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Boolean)).item(string().pattern(Some(words)))
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn bounded(shortest: usize, longest: usize) -> ObjectBuilder {
    string().min_length(Some(shortest)).max_length(Some(longest))
}

/// Text that users read. Its format is a rule in words, which docs/api.md states.
fn visible(pattern: &str) -> ObjectBuilder {
    string().format(Some(SchemaFormat::Custom("visible-text".to_owned()))).pattern(Some(pattern))
}

fn optional(longest: usize) -> ObjectBuilder {
    visible(PLAIN).max_length(Some(longest))
}

/// One of these texts.
pub fn one_of<const N: usize>(keys: [&str; N]) -> ObjectBuilder {
    string().enum_values(Some(keys))
}

/// Whole numbers within bounds.
pub fn integer(minimum: i64, maximum: i64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(minimum as isize))
        .maximum(Some(maximum as isize))
}

/// A list of different items, at least one.
pub fn each_once(items: impl Into<RefOr<Schema>>, most: usize) -> Array {
    ArrayBuilder::new().items(items.into()).min_items(Some(1)).max_items(Some(most)).unique_items(true).build()
}

/// Amounts of spend from `minimum` on.
fn spend(minimum: f64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .format(Some(SchemaFormat::Custom("decimal".to_owned())))
        .minimum(Some(minimum))
        .maximum(Some(MAX_SPEND))
}

/// The same, or null.
pub fn nullable(schema: impl Into<RefOr<Schema>>) -> RefOr<Schema> {
    Schema::from(OneOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Null)).item(schema)).into()
}

/// A keyword of JSON Schema that `utoipa` has no name for. One a schema: several would come in any order.
pub fn only(keyword: &str, value: Value) -> Option<Extensions> {
    Some(Extensions::from_iter([(keyword, value)]))
}

/// An optional parameter of the query.
pub fn in_query(name: &str, text: &str) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
    parameter.required(Required::False).description(Some(text))
}

#[cfg(test)]
mod tests;
