//! Reading cookies without trusting them.

use cookie::Cookie;
use http::HeaderMap;
use http::header::COOKIE;

/// The longest value that is read: browsers keep no longer one.
const MAX_VALUE_BYTES: usize = 4_096;

/// The value of a cookie. `None` when it is missing, malformed or sent twice: of two with one name an attacker may have
/// set either.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut values = lines
        .flat_map(Cookie::split_parse)
        .flatten()
        .filter(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value_raw());
    let first = values.next().flatten().filter(|value| !value.is_empty() && value.len() <= MAX_VALUE_BYTES)?;
    values.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn read(lines: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).expect("a header"));
        }
        value(&headers, "__Host-bursar").map(str::to_owned)
    }

    #[test]
    fn cookie_among_others_is_read() {
        assert_eq!(read(&[b"a=1; __Host-bursar=xyz; b=2"]).as_deref(), Some("xyz"));
        assert_eq!(read(&[b"a=1", b"__Host-bursar=xyz"]).as_deref(), Some("xyz"));
        assert_eq!(read(&[b"__Host-bursar-form=f; __Host-bursar=xyz"]).as_deref(), Some("xyz"));
    }

    #[test]
    fn malformed_or_repeated_cookie_is_ignored() {
        let long = format!("__Host-bursar={}", "a".repeat(4_097));
        let bad: [&[&[u8]]; 6] = [
            &[b"__Host-bursar"],
            &[b"__Host-bursar="],
            &[b"__Host-bursar=a; __Host-bursar=b"],
            &[b"__Host-bursar=a", b"__Host-bursar=a"],
            &[b"__Host-bursar=\xff\xfe"],
            &[long.as_bytes()],
        ];
        for lines in bad {
            assert_eq!(read(lines), None, "{lines:?}");
        }
    }
}
