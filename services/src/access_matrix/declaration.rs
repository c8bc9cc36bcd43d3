//! The shape of a declaration, as its file has it.
//!
//! `docs/access-matrix.schema.json` says the same for editors.

use super::problem::{Fault, Problem};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor, value::MapAccessDeserializer};
use serde_saphyr::{DuplicateKeyPolicy, Location, MessageFormatter as _, Options, Spanned, UserMessageFormatter};
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

/// A text with its place.
pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declaration {
    pub(super) title: Text,
    pub(super) introduction: Option<Text>,
    pub(super) platform: Option<Text>,
    pub(super) source: Option<Text>,
    pub(super) realms: Entries<RawRealm>,
    pub(super) resources: Entries<RawResource>,
    pub(super) columns: Vec<Text>,
    pub(super) roles: Entries<RawRole>,
    #[serde(default)]
    pub(super) footnotes: Entries<Option<String>>,
    #[serde(default)]
    pub(super) separate_duties: Vec<Spanned<Vec<Text>>>,
    #[serde(default)]
    pub(super) default_users: Vec<RawUser>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRealm {
    pub(super) description: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResource {
    pub(super) address: Text,
    pub(super) service: Text,
    pub(super) label: Option<Text>,
    #[serde(default)]
    pub(super) public: bool,
    #[serde(default)]
    pub(super) realms: Vec<Text>,
    pub(super) requires: Option<Text>,
    pub(super) authentication: Option<Text>,
    #[serde(default)]
    pub(super) clients: Vec<Text>,
    pub(super) note: Option<Text>,
    #[serde(default)]
    pub(super) mechanisms: Vec<RawMechanism>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMechanism {
    pub(super) mechanism: Text,
    pub(super) who: Text,
    pub(super) purpose: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRole {
    pub(super) realm: Text,
    pub(super) client: Option<Text>,
    pub(super) name: Option<Text>,
    pub(super) group: Option<Text>,
    #[serde(default)]
    pub(super) privileged: bool,
    #[serde(default)]
    pub(super) machines: bool,
    pub(super) max_holders: Option<NonZeroU32>,
    pub(super) owner: Option<Text>,
    #[serde(default)]
    pub(super) access: Entries<RawCell>,
}

/// A level, or a level with what is to be said of it.
pub(super) struct RawCell {
    pub(super) level: String,
    pub(super) label: Option<Text>,
    pub(super) footnote: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DetailedCell {
    level: String,
    label: Option<Text>,
    footnote: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUser {
    pub(super) realm: Text,
    pub(super) username: Text,
    pub(super) email: Option<Text>,
    pub(super) roles: Vec<Text>,
}

impl Declaration {
    pub(super) fn parse(yaml: &str) -> Result<Self, Problem> {
        // A key that is there twice is reported with both places by the check of the names.
        let mut options = Options::default();
        options.duplicate_keys = DuplicateKeyPolicy::PassThrough;
        serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
            let place = error.location().unwrap_or(Location::UNKNOWN);
            Fault::Malformed(UserMessageFormatter.format_message(error.without_snippet()).into_owned()).at(place)
        })
    }
}

/// A map in the order of the file, with the place of each key.
pub(super) struct Entries<T>(pub(super) Vec<(Text, Spanned<T>)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Keys<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Keys(PhantomData))
    }
}

impl<'de> Deserialize<'de> for RawCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LevelOrMap;
        impl<'de> Visitor<'de> for LevelOrMap {
            type Value = RawCell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a level, or a map with level, label and footnote")
            }

            fn visit_str<E: serde::de::Error>(self, level: &str) -> Result<Self::Value, E> {
                Ok(RawCell { level: level.to_owned(), label: None, footnote: None })
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Err(E::custom("a level is missing"))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let DetailedCell { level, label, footnote } =
                    DetailedCell::deserialize(MapAccessDeserializer::new(map)).map_err(A::Error::custom)?;
                Ok(RawCell { level, label, footnote })
            }
        }
        deserializer.deserialize_any(LevelOrMap)
    }
}
