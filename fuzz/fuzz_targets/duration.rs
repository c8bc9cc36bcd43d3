//! A reset period, as people type it.
#![no_main]

use domain::reset_period::ResetPeriod;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &str| {
    if let Ok(period) = ResetPeriod::parse(raw) {
        assert!((1..=366 * 24 * 60).contains(&period.minutes()));
        assert_eq!(ResetPeriod::parse(&period.to_string()), Ok(period));
        assert!(!period.in_words().is_empty());
    }
});
