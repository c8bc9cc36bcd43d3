//! JSON bodies: what is taken is a value that can be written and read again.
#![no_main]

use domain::budget::{BudgetDraft, Category};
use domain::email::Email;
use domain::error::Refusal;
use domain::flash::Flash;
use domain::money::Money;
use domain::page::Cursor;
use domain::project::{ProjectName, ProjectQuery};
use domain::reset_period::ResetPeriod;
use domain::text::{BudgetName, Description, DisplayName, PersonName};
use domain::user::{UserKind, UserQuery};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn check<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(raw: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<T>(raw) {
        let written = serde_json::to_string(&value).expect("what was read can be written");
        assert_eq!(serde_json::from_str::<T>(&written).ok(), Some(value));
    }
}

/// The fields of the console's largest form.
#[derive(PartialEq, Debug, serde::Serialize, serde::Deserialize)]
struct Budget {
    name: BudgetName,
    category: Category,
    soft_limit: Option<Money>,
    hard_limit: Money,
    period: ResetPeriod,
}

fuzz_target!(|raw: &[u8]| {
    check::<Budget>(raw);
    check::<Refusal>(raw);
    check::<Flash>(raw);
    check::<UserQuery>(raw);
    check::<ProjectQuery>(raw);
    check::<(Option<Email>, Option<PersonName>, Option<UserKind>)>(raw);
    check::<(Option<ProjectName>, Option<DisplayName>, Option<Description>, Option<Cursor>)>(raw);
    if let Ok([name, category, soft, hard, period]) = serde_json::from_slice::<[String; 5]>(raw)
        && let Ok(draft) = BudgetDraft::parse(&name, &category, &soft, &hard, &period)
    {
        assert!(draft.soft_limit <= draft.hard_limit);
    }
});
