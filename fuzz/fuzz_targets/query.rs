//! What a list is asked for: in a page's address, where whatever does not parse is left out and named, and in a server
//! function's arguments, where it is refused.
#![no_main]

use domain::budget::BudgetQuery;
use domain::page::Params;
use domain::project::{MemberQuery, ProjectQuery};
use domain::user::UserQuery;
use libfuzzer_sys::fuzz_target;

macro_rules! check {
    ($($query:ty),*) => {
        fuzz_target!(|raw: &str| {
            let pairs: Vec<(String, String)> = serde_qs::from_str(raw).unwrap_or_default();
            $({
                let query = <$query>::from_params(&mut Params::new(pairs.clone()));
                let written = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
                assert_eq!(<$query>::from_params(&mut Params::new(written)), query);
                if let Ok(query) = serde_qs::from_str::<$query>(raw) {
                    let written = serde_qs::to_string(&query).expect("what was read can be written");
                    assert_eq!(serde_qs::from_str::<$query>(&written).ok(), Some(query));
                }
            })*
        });
    };
}

check!(UserQuery, ProjectQuery, MemberQuery, BudgetQuery);
