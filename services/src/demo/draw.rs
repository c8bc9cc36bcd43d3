//! What chance decides, the same for the same seed.

use fastrand::Rng;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Parts of the data whose draws do not depend on each other.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Person = 1,
    Project,
    PersonalProject,
    Members,
    Budget,
    PersonBudgets,
    ProjectBudgets,
    Source,
    Payer,
    Spend,
}

/// The draws of one thing.
pub(super) fn draws(seed: u64, part: Part, number: u32) -> Rng {
    // Neighbouring seeds give alike first draws; multiplied by large odd numbers they are no neighbours any more.
    let place = (u64::from(number) << 8) | part as u64;
    Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place.wrapping_mul(0xd6e8_feb8_6659_fd93))
}

/// An identifier as the console makes it for a row made at `at`.
pub(super) fn id(rng: &mut Rng, at: OffsetDateTime) -> Uuid {
    let mut bytes = [0; 10];
    rng.fill(&mut bytes);
    let millis = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// A moment between two, in whole seconds.
pub(super) fn moment(rng: &mut Rng, from: OffsetDateTime, to: OffsetDateTime) -> OffsetDateTime {
    back(to, (to - from).as_seconds_f64() * rng.f64())
}

/// The last sign-in of a user whose first one was at `from`: half of them within two weeks, and no two dozen in
/// one second of a million people.
pub(super) fn last_visit(rng: &mut Rng, from: OffsetDateTime, to: OffsetDateTime) -> OffsetDateTime {
    const BETWEEN_VISITS: Duration = Duration::days(20);
    let ago = -BETWEEN_VISITS.as_seconds_f64() * (1.0 - rng.f64()).ln();
    if ago < (to - from).as_seconds_f64() { back(to, ago) } else { moment(rng, from, to) }
}

fn back(to: OffsetDateTime, seconds: f64) -> OffsetDateTime {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a few years")]
    let seconds = seconds.max(0.0) as i64;
    to - Duration::seconds(seconds)
}

/// True as often as `share` of 1,000.
pub(super) fn often(rng: &mut Rng, share: u32) -> bool {
    rng.u32(0..1000) < share
}

/// One of a list; `None` only of an empty one.
pub(super) fn one<'a, T>(rng: &mut Rng, of: &'a [T]) -> Option<&'a T> {
    if of.is_empty() { None } else { of.get(rng.usize(0..of.len())) }
}

/// A number below `count`, small ones often: a few things that most have, and many that few have.
pub(super) fn popular(rng: &mut Rng, count: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below count, and not negative")]
    let number = (f64::from(count) * rng.f64().powi(2)) as u32;
    number.min(count.saturating_sub(1))
}
