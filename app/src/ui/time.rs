//! Times: relative in lists with the absolute time behind, days where something was made.

use super::count::counted;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};

/// "4 min ago", with the absolute time for the pointer. The same output on the server and in the browser, because
/// `now` comes with the data.
#[component]
pub fn RelativeTime(
    /// The moment.
    at: OffsetDateTime,
    /// When the page was read.
    now: OffsetDateTime,
) -> impl IntoView {
    written(at, &relative(at, now))
}

/// "2 Jun 2025", with the absolute time for the pointer.
#[component]
pub fn Day(
    /// The moment.
    at: OffsetDateTime,
) -> impl IntoView {
    written(at, &day(at))
}

/// What is to come: "14:05 UTC" today, "tomorrow, 14:05 UTC" within a day, "2 Jun 2025" later, with the absolute time for
/// the pointer.
pub fn upcoming(at: OffsetDateTime, now: OffsetDateTime) -> impl IntoView + use<> {
    written(at, &upcoming_words(at, now))
}

fn upcoming_words(at: OffsetDateTime, now: OffsetDateTime) -> String {
    if !is_within_a_day(at, now) {
        return day(at);
    }
    let (at, now) = (at.to_offset(UtcOffset::UTC), now.to_offset(UtcOffset::UTC));
    let time = at.format(format_description!("[hour]:[minute] UTC")).unwrap_or_default();
    if at.date() > now.date() { format!("tomorrow, {time}") } else { time }
}

/// Whether a moment to come is less than a day away.
pub fn is_within_a_day(at: OffsetDateTime, now: OffsetDateTime) -> bool {
    at - now < Duration::DAY
}

/// "12:03:41" today, "17 Nov, 18:20" before, with the absolute time for the pointer.
pub fn moment(at: OffsetDateTime, now: OffsetDateTime) -> impl IntoView + use<> {
    let (at, now) = (at.to_offset(UtcOffset::UTC), now.to_offset(UtcOffset::UTC));
    let words = if at.date() == now.date() {
        at.format(format_description!("[hour]:[minute]:[second]"))
    } else if at.year() == now.year() {
        at.format(format_description!("[day padding:none] [month repr:short], [hour]:[minute]"))
    } else {
        at.format(format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]"))
    };
    written(at, &words.unwrap_or_default())
}

/// As it is written: every row of a list has some, and their words are ours.
fn written(at: OffsetDateTime, words: &str) -> InertElement {
    let (machine, absolute) = (machine(at), absolute(at));
    InertElement::new(format!(
        r#"<time class="whitespace-nowrap" datetime="{machine}" title="{absolute}">{words}</time>"#
    ))
}

/// In words relative to `now` up to a year, beyond that the day.
pub fn relative(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let distance = now - at;
    let (length, is_past) = (distance.abs(), !distance.is_negative());
    let days = (now.to_offset(UtcOffset::UTC).date() - at.to_offset(UtcOffset::UTC).date()).whole_days().abs().max(1);
    let words = if length < Duration::MINUTE {
        return if is_past { "just now".to_owned() } else { "in a moment".to_owned() };
    } else if length < Duration::HOUR {
        format!("{} min", length.whole_minutes())
    } else if length < Duration::DAY {
        counted(length.whole_hours(), "hour")
    } else if days == 1 {
        return if is_past { "yesterday".to_owned() } else { "tomorrow".to_owned() };
    } else if days < 60 {
        counted(days, "day")
    } else if days < 365 {
        counted(days / 30, "month")
    } else {
        return day(at);
    };
    if is_past { words + " ago" } else { ["in ", &words].concat() }
}

/// `2 Jun 2025`
pub fn day(at: OffsetDateTime) -> String {
    let format = format_description!("[day padding:none] [month repr:short] [year]");
    at.to_offset(UtcOffset::UTC).format(format).unwrap_or_default()
}

/// `2 June 2025, 09:13 UTC`
pub fn absolute(at: OffsetDateTime) -> String {
    let format = format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    at.to_offset(UtcOffset::UTC).format(format).unwrap_or_default()
}

fn machine(at: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    at.to_offset(UtcOffset::UTC).format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_reads_as_people_say_it() {
        let now = datetime!(2026-11-17 09:13:20 UTC);
        for (at, words) in [
            (datetime!(2026-11-17 09:13:00 UTC), "just now"),
            (datetime!(2026-11-17 09:09:00 UTC), "4 min ago"),
            (datetime!(2026-11-17 08:13:20 UTC), "1 hour ago"),
            (datetime!(2026-11-16 10:00:00 UTC), "23 hours ago"),
            (datetime!(2026-11-16 09:00:00 UTC), "yesterday"),
            (datetime!(2026-11-15 09:00:00 UTC), "2 days ago"),
            (datetime!(2026-03-10 09:00:00 UTC), "8 months ago"),
            (datetime!(2025-06-02 09:00:00 UTC), "2 Jun 2025"),
            (datetime!(2026-11-17 09:13:40 UTC), "in a moment"),
            (datetime!(2026-11-30 09:13:20 UTC), "in 13 days"),
            (datetime!(2026-11-18 09:13:20 UTC), "tomorrow"),
        ] {
            assert_eq!(relative(at, now), words, "{at}");
        }
    }

    #[test]
    fn what_comes_within_a_day_has_its_time_and_later_days_have_none() {
        let now = datetime!(2026-11-17 20:00 UTC);
        for (at, words) in [
            (datetime!(2026-11-17 21:30 +1), "20:30 UTC"),
            (datetime!(2026-11-18 19:59:59 UTC), "tomorrow, 19:59 UTC"),
            (datetime!(2026-11-18 20:00 UTC), "18 Nov 2026"),
        ] {
            assert_eq!(upcoming_words(at, now), words, "{at}");
        }
    }

    #[test]
    fn yesterday_is_the_day_before_whatever_the_hour() {
        let now = datetime!(2026-11-17 00:30 UTC);
        assert_eq!(relative(datetime!(2026-11-15 23:30 UTC), now), "2 days ago");
    }

    #[test]
    fn the_absolute_time_names_its_zone() {
        assert_eq!(absolute(datetime!(2026-11-17 10:13:20 +1)), "17 November 2026, 09:13 UTC");
        assert_eq!(machine(datetime!(2026-11-17 10:13:20 +1)), "2026-11-17T09:13:20Z");
    }
}
