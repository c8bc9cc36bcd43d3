//! Anomalies of a realm over time: found by a rule in a snapshot, there until one that no longer has them, and accepted
//! with a reason until a day.

use crate::access_matrix::AnomalyRule;
use crate::doctor::Severity;
use crate::draft::FieldValue;
use crate::form::FieldErrors;
use crate::id::AnomalyId;
use crate::moment::parse_date;
use crate::page::Params;
use crate::text::AcceptanceReason;
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// The most anomalies that a list shows.
pub const MAX_ANOMALIES: usize = 500;
/// The most users of an anomaly that its page names.
pub const MAX_NAMED_USERS: usize = 200;
/// The time for which an anomaly is accepted unless another day is chosen.
const USUAL_ACCEPTANCE: Duration = Duration::days(90);

/// Whether an anomaly needs a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnomalyState {
    /// The last snapshot has it, and it is not accepted.
    #[default]
    Open,
    /// The last snapshot has it, and it is accepted.
    Accepted,
    /// The last snapshot no longer has it.
    Resolved,
}

impl AnomalyState {
    /// In the order of the filter.
    pub const ALL: [Self; 3] = [Self::Open, Self::Accepted, Self::Resolved];

    /// As it stands in addresses and in statements.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Resolved => "resolved",
        }
    }

    /// From its [`key`](Self::key).
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// Its name on screens.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Accepted => "Accepted",
            Self::Resolved => "Resolved",
        }
    }
}

/// Which anomalies are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyQuery {
    /// Those in this state.
    pub state: AnomalyState,
    /// Only those of this severity.
    pub severity: Option<Severity>,
    /// Only those that this rule found.
    pub rule: Option<AnomalyRule>,
}

impl AnomalyQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        let state = |raw: &str| parse_key(AnomalyState::ALL, AnomalyState::key, raw, "a state from the list");
        let severity = |raw: &str| parse_key(Severity::ALL, Severity::key, raw, "a severity from the list");
        let rule = |raw: &str| parse_key(AnomalyRule::ALL, AnomalyRule::key, raw, "a rule from the list");
        Self {
            state: params.take("state", state).unwrap_or_default(),
            severity: params.take("severity", severity),
            rule: params.take("rule", rule),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let state = (self.state != AnomalyState::default()).then(|| ("state", self.state.key().to_owned()));
        let severity = self.severity.map(|severity| ("severity", severity.key().to_owned()));
        let rule = self.rule.map(|rule| ("rule", rule.key().to_owned()));
        state.into_iter().chain(severity).chain(rule).collect()
    }
}

/// Who accepted an anomaly, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The name of the user.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The last day, in UTC.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Whether it has become more than what was accepted: users came to it, or it is more severe.
    pub is_exceeded: bool,
}

/// An anomaly as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyRow {
    /// The anomaly.
    pub id: AnomalyId,
    /// The rule that found it.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is so.
    pub title: String,
    /// Why that matters, and who is concerned.
    pub explanation: String,
    /// How a role is reached, where that is the matter.
    pub paths: Vec<String>,
    /// Who decides about it.
    pub owner: Option<String>,
    /// When a snapshot found it first.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Whether it needs a decision.
    pub state: AnomalyState,
    /// The last acceptance, also one that has ended.
    pub acceptance: Option<Acceptance>,
}

/// The anomalies of the realm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anomalies {
    /// The first ones in the requested state, the most severe first.
    pub rows: Vec<AnomalyRow>,
    /// Whether there are more than these.
    pub has_more: bool,
    /// How many of each state there are, of all severities, in the order of [`AnomalyState::ALL`].
    pub counts: [i64; 3],
    /// When the last snapshot was taken that was searched for anomalies.
    #[serde(with = "time::serde::rfc3339::option")]
    pub searched_at: Option<OffsetDateTime>,
    /// Why there can be no anomalies, or why they are old.
    pub gap: Option<AnomalyGap>,
}

/// Why no anomalies is not the same as nothing to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnomalyGap {
    /// No service account reads the realm.
    NoSnapshots,
    /// No matrix is declared to compare with.
    NoDeclaration,
    /// The declaration has no role of the realm.
    RealmNotDeclared,
    /// No snapshot has been taken since the matrix was declared.
    NotSearched,
    /// The last snapshot is partial.
    Partial,
    /// No snapshot has been taken for two days or more.
    Stale,
}

/// The age from which on a snapshot says too little about now: the daily job failed at least once.
pub const STALE: Duration = Duration::days(2);

/// An anomaly with everything that its page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyPage {
    /// The anomaly.
    pub row: AnomalyRow,
    /// Whether the next snapshot searches for it: Bursar reads its realm, and roles of the realm are declared.
    pub is_checked: bool,
    /// Changes when what would be accepted changes.
    pub version: i32,
    /// The first users, by name.
    pub users: Vec<String>,
    /// How many users there are.
    pub user_count: i64,
    /// The last day of the usual time of an acceptance.
    pub usual_end: Date,
}

/// What is entered to accept an anomaly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptanceDraft {
    /// Why.
    pub reason: AcceptanceReason,
    /// The last day, in UTC.
    pub until: Date,
}

draft_fields! { AcceptanceDraft {
    REASON: reason, "Reason", AcceptanceReason::LONGEST, |draft| FieldValue::text(draft.reason.as_str());
    UNTIL: until, "Accepted until", 0, |draft| FieldValue::text(draft.until.to_string());
} }

impl AcceptanceDraft {
    /// Parses the fields `reason` and `until` together.
    ///
    /// # Errors
    /// Every problem at its field.
    pub fn parse(reason: &str, until: &str, now: OffsetDateTime) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let reason = errors.take(Self::REASON.name, AcceptanceReason::parse(reason));
        let until = errors.take(Self::UNTIL.name, last_day(until, now));
        reason.zip(until).map(|(reason, until)| Self { reason, until }).ok_or(errors)
    }
}

fn last_day(raw: &str, now: OffsetDateTime) -> Result<Date, Violation> {
    let today = day(now);
    let last = a_year_after(today);
    let chosen = parse_date(raw.trim()).filter(|chosen| (today..=last).contains(chosen));
    chosen.ok_or_else(|| Violation::AcceptanceDayOutOfRange { first: today.to_string(), last: last.to_string() })
}

/// The longest time for which an anomaly is accepted.
fn a_year_after(day: Date) -> Date {
    // The next year has no 29 February.
    day.replace_year(day.year() + 1).unwrap_or(day + Duration::days(365))
}

/// The day of a moment, in UTC.
pub fn day(now: OffsetDateTime) -> Date {
    now.to_offset(UtcOffset::UTC).date()
}

/// The last day of an acceptance that begins now and lasts as long as usual.
pub fn usual_end(now: OffsetDateTime) -> Date {
    day(now + USUAL_ACCEPTANCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    const NOW: OffsetDateTime = datetime!(2026-03-02 23:30 -02:00);

    #[test]
    fn acceptance_lasts_from_today_to_a_year_in_utc() {
        let until = |raw: &str| AcceptanceDraft::parse("Known.", raw, NOW).map(|draft| draft.until);
        assert_eq!(until("2026-03-03"), Ok(date!(2026 - 03 - 03)));
        assert_eq!(until(" 2027-03-03 "), Ok(date!(2027 - 03 - 03)));
        for wrong in ["2026-03-02", "2027-03-04", "", "03/04/2026", "2026-3-4", "2026-02-30", "20260304"] {
            let errors = until(wrong).expect_err(wrong);
            let codes: Vec<_> = errors.iter().map(|(field, problem)| (field, problem.code())).collect();
            assert_eq!(codes, [("until", "acceptance_day_out_of_range")], "{wrong}");
        }
        assert_eq!(usual_end(NOW), date!(2026 - 06 - 01));
        assert_eq!(a_year_after(date!(2027 - 03 - 01)), date!(2028 - 03 - 01), "over a leap day");
        assert_eq!(a_year_after(date!(2028 - 02 - 29)), date!(2029 - 02 - 28));
    }

    #[test]
    fn both_fields_are_refused_at_once() {
        let errors = AcceptanceDraft::parse(" ", "soon", NOW).expect_err("wrong");
        assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["reason", "until"]);
    }

    #[test]
    fn every_rule_is_found_by_its_key_and_others_are_ignored() {
        let read = |rule: &str| {
            let mut params = Params::new([("rule".to_owned(), rule.to_owned())]);
            (AnomalyQuery::from_params(&mut params).rule, params.into_ignored())
        };
        for rule in AnomalyRule::ALL {
            assert_eq!(read(rule.key()), (Some(rule), Vec::new()));
        }
        assert_eq!(read("no-rule"), (None, vec!["rule".to_owned()]));
    }

    #[test]
    fn query_reads_back() {
        for state in AnomalyState::ALL {
            for (severity, rule) in [(None, Some(AnomalyRule::NoRole)), (Some(Severity::High), None), (None, None)] {
                let query = AnomalyQuery { state, severity, rule };
                let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
                let mut params = Params::new(pairs);
                assert_eq!(AnomalyQuery::from_params(&mut params), query);
            }
        }
    }
}
