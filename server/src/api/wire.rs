//! How single values look on the wire.

use domain::money::{Money, NetAmount};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
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

/// An amount of US dollars: a number from 0, below 1000000000, exact to nine decimals. More decimals are rounded to nine.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = f64, format = "decimal", minimum = 0, exclusive_maximum = 1_000_000_000, example = 250.5)]
pub struct Amount(pub Money);

impl Serialize for Amount {
    /// Writes the digits themselves: `123456789.123456789` does not fit into a float.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number = self.0.as_decimal().normalize().to_string();
        RawValue::from_string(number).map_err(serde::ser::Error::custom)?.serialize(to)
    }
}

/// An amount of US dollars that corrections may have made negative: a number, exact to nine decimals.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = f64, format = "decimal", example = 1702.64)]
pub struct SignedAmount(pub NetAmount);

impl Serialize for SignedAmount {
    /// Writes the digits themselves, as [`Amount`] does.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(serde::ser::Error::custom)?.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// Reads the digits as they were sent, so the bytes have to be parsed directly, not by way of a
    /// [`serde_json::Value`].
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let sent = Box::<RawValue>::deserialize(from)?;
        let amount = decimal_of(sent.get()).and_then(Money::rounded).map(Self);
        amount.ok_or_else(|| serde::de::Error::custom("Input should be a number from 0 to 999999999.999999999"))
    }
}

/// A sum of amounts, which may be larger than any of them.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = f64, format = "decimal", minimum = 0, example = 250.5)]
pub struct Total(pub Decimal);

impl Serialize for Total {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.normalize().to_string()).map_err(serde::ser::Error::custom)?.serialize(to)
    }
}

/// Any number, read with the digits that were sent.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub Decimal);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let sent = Box::<RawValue>::deserialize(from)?;
        decimal_of(sent.get()).map(Self).ok_or_else(|| serde::de::Error::custom("Input should be a number"))
    }
}

/// The exact value of a JSON number. One too small for any decimal, such as `1e-300`, is zero.
fn decimal_of(number: &str) -> Option<Decimal> {
    let exact = number.parse().or_else(|_| Decimal::from_scientific_lossy(number)).ok();
    let is_tiny = || number.parse::<f64>().is_ok_and(|value| (0.0..1e-20).contains(&value));
    exact.or_else(|| is_tiny().then_some(Decimal::ZERO))
}

/// An amount as a gateway sends it: digits for `domain`, which checks them. Exponents are written out, and more decimals are
/// rounded to nine, as everywhere in `/v1`.
#[derive(Clone, Debug)]
pub struct SentAmount(pub String);

impl<'de> Deserialize<'de> for SentAmount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let sent = Box::<RawValue>::deserialize(from)?;
        let number = sent.get();
        if !number.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return Err(serde::de::Error::custom("Input should be a number"));
        }
        let digits = decimal_of(number).map(|amount| {
            amount.round_dp_with_strategy(9, RoundingStrategy::MidpointAwayFromZero).normalize().to_string()
        });
        // Beyond every amount, with its sign.
        let beyond = || if number.starts_with('-') { "-9999999999".to_owned() } else { "9999999999".to_owned() };
        Ok(Self(digits.unwrap_or_else(beyond)))
    }
}

/// A field that may be left out, null, or given: the three mean different things when something is changed.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Reads an object with any names, each of them once: of two values, which one holds would be a guess.
pub fn names_once<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, T>, D::Error> {
    struct Names<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Names<T> {
        type Value = BTreeMap<String, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut read = BTreeMap::new();
            while let Some((name, value)) = members.next_entry()? {
                if read.insert(name, value).is_some() {
                    return Err(serde::de::Error::custom("Give each name once"));
                }
            }
            Ok(read)
        }
    }

    from.deserialize_map(Names(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_always_has_microseconds_and_offset() {
        let text = |at| serde_json::to_string(&Stamp(at)).expect("text");
        assert_eq!(text(datetime!(2026-03-02 09:00 UTC)), r#""2026-03-02T09:00:00.000000+00:00""#);
        assert_eq!(text(datetime!(2026-03-02 11:00:00.5 +02:00)), r#""2026-03-02T09:00:00.500000+00:00""#);
    }

    fn read(written: &str) -> serde_json::Result<Amount> {
        serde_json::from_str(written)
    }

    #[test]
    fn amount_comes_back_exactly() {
        for (sent, answered) in [
            ("123456789.123456789", "123456789.123456789"),
            ("999999999.999999999", "999999999.999999999"),
            ("0.000000001", "0.000000001"),
            ("0.1", "0.1"),
            ("250.50", "250.5"),
            ("250.0", "250"),
            ("0", "0"),
            ("-0.0", "0"),
            ("1e2", "100"),
            ("12.5E-2", "0.125"),
            ("33.333333333333336", "33.333333333"),
            ("1e-300", "0"),
        ] {
            let amount = read(sent).expect(sent);
            assert_eq!(serde_json::to_string(&amount).expect("a number"), answered, "{sent}");
        }
    }

    #[test]
    fn amount_out_of_range_is_refused() {
        for sent in
            ["-1", "-1e-9", "-1e-300", "1e9", "1e99", "1e999", "999999999.9999999999", "\"1\"", "null", "true", "[1]"]
        {
            let refused = read(sent).expect_err(sent).to_string();
            assert!(refused.starts_with("Input should be a number from 0 to 999999999.999999999"), "{sent}: {refused}");
        }
    }

    #[test]
    fn amount_of_a_gateway_keeps_its_digits_and_its_sign() {
        for (sent, digits) in [
            ("0.000000001", "0.000000001"),
            ("1.35e-05", "0.0000135"),
            ("2.0550000000000002e-05", "0.00002055"),
            ("1.250", "1.25"),
            ("-0.5", "-0.5"),
            ("-2E1", "-20"),
            ("0", "0"),
            ("1e-300", "0"),
            ("1234567890123456789", "1234567890123456789"),
            ("1e300", "9999999999"),
            ("-1e300", "-9999999999"),
        ] {
            let amount: SentAmount = serde_json::from_str(sent).expect(sent);
            assert_eq!(amount.0, digits, "{sent}");
        }
        for wrong in ["\"1\"", "null", "true", "[1]", "{}"] {
            assert!(serde_json::from_str::<SentAmount>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_written_is_read_as_the_same(units in 0i64..1_000_000_000_000_000_000) {
            let money = Money::from_decimal(Decimal::new(units, 9)).expect("fits");
            let written = serde_json::to_string(&Amount(money)).expect("a number");
            prop_assert_eq!(read(&written).expect("an amount").0, money);
        }
    }
}
