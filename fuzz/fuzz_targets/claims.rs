//! Claims of a token: whatever an identity provider sends is read or refused, and nothing unclear makes a regular user.
#![no_main]

use domain::claims::{ClaimRules, Claims, boolean, names};
use domain::user::UserKind;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|raw: &[u8]| {
    let Ok(raw) = serde_json::from_slice::<Map<String, Value>>(raw) else { return };
    for value in raw.values() {
        assert!(names(value).iter().all(|name| !name.is_empty() && name.trim() == name));
    }
    let Ok(claims) = Claims::parse(&raw, &ClaimRules::default()) else { return };
    assert!(!claims.shown_name().is_empty() && !claims.personal_project().is_empty());
    if claims.kind == UserKind::Regular {
        let guest = raw.get("guest").filter(|guest| !guest.is_null());
        assert!(guest.is_none_or(|guest| boolean(guest) == Some(false)));
    }
    if !claims.email_verified {
        let address = claims.email.as_ref().map(|email| email.as_str());
        assert!(address.is_none_or(|address| !claims.is_own_name(address)), "an unverified address is an own name");
    }
});
