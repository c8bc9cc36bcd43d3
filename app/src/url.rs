//! Addresses of this site.

use std::fmt::Write as _;

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// A path with its parameters.
pub fn with_params<N: AsRef<str>>(path: &str, params: &[(N, String)]) -> String {
    let query: Vec<String> = params.iter().map(|(name, value)| [name.as_ref(), &encode(value)].join("=")).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// An address with one parameter set, in place of others of its name.
pub fn set_param(address: &str, name: &str, value: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let kept = params(query).into_iter().filter(|(other, _)| other != name);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair(name, value).finish();
    [path, "?", &query].concat()
}

/// The parameters of a query, in their order. The router's own map of them decodes percent signs twice.
pub fn params(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_is_set_beside_the_others() {
        assert_eq!(set_param("/atlas", "added", "admin"), "/atlas?added=admin");
        assert_eq!(set_param("/atlas?q=a+b&added=admin", "added", "member"), "/atlas?q=a+b&added=member");
    }

    #[test]
    fn parameters_are_read_as_they_were_written() {
        for value in ["a%20b", "100 %", "1+1=2&c", "grün/blau?#"] {
            let address = with_params("/list", &[("q", value.to_owned()), ("rows", "25".to_owned())]);
            let query = address.strip_prefix("/list?").expect("parameters");
            assert_eq!(params(query), [("q".to_owned(), value.to_owned()), ("rows".to_owned(), "25".to_owned())]);
        }
    }
}
