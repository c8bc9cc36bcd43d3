//! An amount, as people type it.
#![no_main]

use domain::money::Money;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &str| {
    if let Ok(amount) = Money::parse(raw) {
        assert_eq!(Money::parse(&amount.exact()), Ok(amount));
        assert_eq!(Money::parse(&amount.typed()), Ok(amount));
        assert!(Money::parse(&amount.whole()).is_ok_and(|whole| whole <= amount));
        assert_eq!(Money::from_decimal(amount.as_decimal()), Some(amount));
    }
});
