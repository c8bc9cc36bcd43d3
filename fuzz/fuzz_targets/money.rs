//! An amount, as users type it.
#![no_main]

use domain::money::Money;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &str| {
    if let Ok(amount) = Money::parse(raw) {
        assert_eq!(Money::parse(&amount.exact()), Ok(amount));
        assert_eq!(Money::parse(&amount.typed()), Ok(amount));
        assert_eq!(Money::parse(&amount.short()), Ok(amount));
        assert_eq!(Money::from_decimal(amount.as_decimal()), Some(amount));
    }
});
