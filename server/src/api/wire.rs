//! How single values look on the wire.

use domain::money::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;
use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;
use utoipa::ToSchema;

/// In UTC, with microseconds and offset, always of the same length.
const FORMAT: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]+00:00");

/// A moment.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-03-02T09:00:00.000000+00:00")]
pub struct Stamp(pub OffsetDateTime);

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_offset(time::UtcOffset::UTC).format(FORMAT).map_err(serde::ser::Error::custom)?;
        to.serialize_str(&text)
    }
}

/// An amount of US dollars: a number, exact to nine decimals.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = f64, minimum = 0, example = 250.5)]
pub struct Amount(pub Money);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = self.0.as_decimal().normalize().to_string();
        let number: Number = text.parse().map_err(serde::ser::Error::custom)?;
        number.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let problem = || serde::de::Error::custom("Input should be a number from 0 to 999999999.99");
        let text = Number::deserialize(from).map_err(|_| problem())?.to_string();
        let amount = text.parse().or_else(|_| Decimal::from_scientific(&text)).map_err(|_| problem())?;
        Money::from_decimal(amount.round_dp(9)).map(Self).ok_or_else(problem)
    }
}

/// A field that may be left out, null, or given: the three mean different things when something is changed.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_always_has_microseconds_and_offset() {
        let text = |at| serde_json::to_string(&Stamp(at)).expect("text");
        assert_eq!(text(datetime!(2026-03-02 09:00 UTC)), r#""2026-03-02T09:00:00.000000+00:00""#);
        assert_eq!(text(datetime!(2026-03-02 11:00:00.5 +02:00)), r#""2026-03-02T09:00:00.500000+00:00""#);
    }

    #[test]
    fn an_amount_is_a_number_both_ways() {
        for (written, read) in [("250.5", "250.5"), ("33.333333333333336", "33.333333333"), ("0", "0"), ("1e2", "100")]
        {
            let amount: Amount = serde_json::from_str(written).expect("an amount");
            let back = serde_json::to_string(&amount).expect("a number");
            assert_eq!(back.trim_end_matches(".0"), read, "{written}");
        }
        for bad in ["-1", "1e9", "\"1\"", "null", "1e99"] {
            assert!(serde_json::from_str::<Amount>(bad).is_err(), "{bad}");
        }
    }
}
