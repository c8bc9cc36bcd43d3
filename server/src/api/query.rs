//! Parameters of an address, as lenient and as strict as the wire has it.

use super::code::Code;
use super::error::{ApiError, Part};
use axum::extract::FromRequestParts;
use domain::violation::Violation;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The parameters of the address. Unknown names are ignored; one given several times is a list.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let mut values = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = Value::String(value.into_owned());
        match values.get_mut(name.as_ref()) {
            None => drop(values.insert(name.into_owned(), value)),
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    let values = Value::Object(values);
    serde_path_to_error::deserialize(&values).map_err(|fault| {
        let path = fault.path().to_string();
        ApiError::schema(Code::InvalidValue, &path, &fault.inner().to_string(), &values).found_in(Part::Query)
    })
}

/// In which direction a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The smallest value first.
    Asc,
    /// The largest value first.
    Desc,
}

/// A number within bounds, written in digits.
pub fn number<'de, D: Deserializer<'de>, const MIN: u32, const MAX: u32>(from: D) -> Result<u32, D::Error> {
    let text = single(from)?;
    // `parse` takes a plus sign, which a number in JSON has not.
    let number = text.parse().ok().filter(|number| (MIN..=MAX).contains(number) && !text.starts_with('+'));
    number.ok_or_else(|| serde::de::Error::custom(format!("Input should be a whole number from {MIN} to {MAX}")))
}

/// Yes or no in any of the spellings in use: `true`, `True`, `1`, `yes`, `on` and their opposites.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match single(from)?.to_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(serde::de::Error::custom("Input should be true or false")),
    }
}

/// Reads a parameter that may be missing.
///
/// # Errors
/// 422 at `path`.
pub fn optional<T>(
    path: &str,
    raw: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Violation>,
) -> Result<Option<T>, ApiError> {
    raw.map(parse).transpose().map_err(|problem| refused(path, &problem))
}

/// The refusal of a parameter whose value `domain` refuses.
pub fn refused(path: &str, problem: &Violation) -> ApiError {
    ApiError::value(path, problem).found_in(Part::Query)
}

/// One value or several.
pub fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

/// A text; blank counts as none.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(single(from)?).filter(|text| !text.trim().is_empty()))
}

/// One of a set of words, which the caller reads; blank is not one of them.
pub fn word<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    single(from).map(Some)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// The value of a parameter that may be given once: of two values, which one holds would be a guess.
fn single<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match OneOrMany::deserialize(from)? {
        OneOrMany::One(one) => Ok(one),
        OneOrMany::Many(_) => Err(serde::de::Error::custom("Give this parameter once")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Wanted {
        #[serde(default, deserialize_with = "number::<_, 0, 100>")]
        page: u32,
        #[serde(default, deserialize_with = "flag")]
        all: bool,
        #[serde(default, deserialize_with = "list")]
        user_id: Vec<String>,
        #[serde(default, deserialize_with = "text")]
        search: Option<String>,
    }

    #[test]
    fn every_spelling_reads() {
        for spelling in ["true", "True", "1", "yes", "on", "TRUE"] {
            assert!(read::<Wanted>(&format!("all={spelling}")).expect("a flag").all, "{spelling}");
        }
        let wanted: Wanted = read("page=7&user_id=a&user_id=b&search=%20&other=x&all=False").expect("good");
        assert_eq!(wanted, Wanted { page: 7, all: false, user_id: vec!["a".into(), "b".into()], search: None });
        assert_eq!(read::<Wanted>("user_id=a").expect("good").user_id, ["a"]);
    }

    #[test]
    fn what_is_out_of_bounds_is_named() {
        for query in [
            "page=-1",
            "page=101",
            "page=x",
            "page=",
            "page=%2B7",
            "page=7&page=8",
            "all=maybe",
            "all=true&all=true",
            "search=a&search=b",
            "page=99999999999999999999",
        ] {
            let error = read::<Wanted>(query).expect_err(query);
            assert_eq!(error.status().as_u16(), 422, "{query}");
        }
    }
}
