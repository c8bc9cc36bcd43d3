//! The `Cookie` header: whatever stands in it, a value is found once and as it was sent, or not at all.
#![no_main]

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

#[path = "../../app/src/cookies/read.rs"]
mod read;

fuzz_target!(|lines: Vec<&[u8]>| {
    let mut headers = HeaderMap::new();
    for line in lines {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
    }
    for name in ["__Host-bursar", "__Host-bursar-form"] {
        if let Some(value) = read::value(&headers, name) {
            assert!(!value.is_empty() && !value.contains(';'));
            let pair = format!("{name}={value}");
            headers.append(COOKIE, pair.parse().expect("what was a cookie is one again"));
            assert_eq!(read::value(&headers, name), None, "two of a name are none");
        }
    }
});
