//! A place in a list, from a URL.
#![no_main]

use domain::page::Cursor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &str| {
    if let Ok(cursor) = Cursor::parse(raw) {
        assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor.clone()));
        assert!(cursor.key.is_none_or(|key| !key.contains('\0')), "Postgres takes no NUL");
    }
});
