//! Names of the tz database.

use crate::violation::Violation;

/// A time zone of the tz database, in the spelling of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZoneName(String);

impl TimeZoneName {
    /// The most characters; no name of the database is as long.
    pub const LONGEST: usize = 64;

    /// Reads a name without regard to case.
    ///
    /// # Errors
    /// The database has no such time zone.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        find(raw.trim()).map(Self).ok_or(Violation::UnknownTimeZone)
    }

    /// Takes a stored name as it is.
    pub fn of_stored(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// As the database spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TimeZoneName {
    /// Coordinated Universal Time.
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

/// The names to suggest: regions and places, and UTC first. Old aliases such as `EST` are read and not suggested.
#[cfg(not(target_arch = "wasm32"))]
pub fn suggested_time_zones() -> Vec<String> {
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let mut places: Vec<String> = names.filter(|name| name.contains('/') && !name.starts_with("Etc/")).collect();
    places.sort_unstable();
    std::iter::once(TimeZoneName::default().0).chain(places).collect()
}

#[cfg(not(target_arch = "wasm32"))]
fn find(name: &str) -> Option<String> {
    let zone = jiff::tz::TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
    zone.iana_name().map(str::to_owned)
}

/// The browser has no database: what it sends is read by the server.
#[cfg(target_arch = "wasm32")]
fn find(name: &str) -> Option<String> {
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zone_is_known_by_its_name_in_any_case() {
        for (typed, name) in [(" europe/warsaw ", "Europe/Warsaw"), ("utc", "UTC"), ("Asia/Kolkata", "Asia/Kolkata")] {
            assert_eq!(TimeZoneName::parse(typed).expect(typed).as_str(), name);
        }
        for unknown in ["", "Warsaw", "Mars/Phobos", "UTC+1", "+01:00", "Etc/Unknown", "Europe/Warsaw\0"] {
            assert_eq!(TimeZoneName::parse(unknown), Err(Violation::UnknownTimeZone), "{unknown:?}");
        }
    }

    #[test]
    fn every_suggested_time_zone_is_read_as_it_is_spelled() {
        let suggested = suggested_time_zones();
        assert!(suggested.len() > 400 && suggested[0] == "UTC", "{}", suggested.len());
        for name in suggested {
            let read = TimeZoneName::parse(&name).expect("a time zone");
            assert_eq!(read.as_str(), name);
            assert!(name.len() <= TimeZoneName::LONGEST);
        }
    }
}
