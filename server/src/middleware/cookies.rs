//! Reading cookies without trusting them.

use http::HeaderMap;
use http::header::COOKIE;

/// The session's secret.
pub const SESSION: &str = "__Host-bursar";
/// The secret of a browser that somebody signed in from.
pub const DEVICE: &str = "__Host-bursar-device";
/// A form that came back, or the token of one.
pub const FORM: &str = "__Host-bursar-form";
/// A form that was sent after its session had ended.
pub const KEPT_FORM: &str = "__Host-bursar-kept-form";
/// What opens the one-time passwords to hand over.
pub const HANDOVER: &str = "__Host-bursar-handover";
/// The secret of a sign-in that has left for the identity provider.
pub const SIGN_IN: &str = "__Host-bursar-sign-in";
/// The most bytes of a cookie's value that are looked at, which is what browsers keep.
const LONGEST: usize = 4_096;

/// The value of a cookie. `None` when it is missing, malformed, or sent twice: two of a name means that somebody
/// planted one, and there is no telling which.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut values = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found.trim() == name).then_some(value.trim())
    });
    let first = values.next().filter(|value| !value.is_empty() && value.len() <= LONGEST)?;
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
        value(&headers, SESSION).map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(read(&[b"a=1; __Host-bursar=xyz; b=2"]).as_deref(), Some("xyz"));
        assert_eq!(read(&[b"a=1", b"__Host-bursar=xyz"]).as_deref(), Some("xyz"));
        assert_eq!(read(&[b"__Host-bursar-form=f; __Host-bursar=xyz"]).as_deref(), Some("xyz"));
    }

    #[test]
    fn a_malformed_or_doubled_cookie_is_none() {
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
