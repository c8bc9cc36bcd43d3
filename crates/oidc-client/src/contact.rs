//! Whether the provider answers, and what its clock says.

use crate::exchange::HttpFault;
use openidconnect::HttpResponse;
use std::collections::BTreeSet;
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

/// After a failure nothing is sent to the provider for this long, so that not every request waits for the same time-out.
const BACK_OFF: Duration = Duration::seconds(5);
/// So many sessions whose refresh tokens it fails over, one after the other, are an outage.
const FAILING_SESSIONS: usize = 3;

/// What a request to the provider is for, and so what its failure says about the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Its description or its keys: every failure is an outage.
    Discovery,
    /// The tokens of a session, by a number of the caller's. A failed answer may be about this session alone.
    Session(u128),
    /// A code or a token that any client can make up: only a connection that cannot be made is an outage.
    Code,
}

/// Since when and why the provider cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// The provider answers, but cannot be used: its settings and ours do not fit.
    pub is_unusable: bool,
    /// The first request that failed.
    pub since: OffsetDateTime,
    /// Why the last one failed, in a few words.
    pub what: String,
}

/// How the last exchanges went.
#[derive(Default)]
pub(crate) struct Contact {
    down_since: Option<OffsetDateTime>,
    failed_at: Option<OffsetDateTime>,
    is_unusable: bool,
    what: String,
    /// Sessions whose requests it failed over since the last answer to a token request.
    failing: BTreeSet<u128>,
    clock_ahead_seconds: Option<i64>,
    /// Its answers say the time.
    tells_time: bool,
}

impl Contact {
    pub(crate) fn outage(&self) -> Option<Outage> {
        self.down_since.map(|since| Outage { is_unusable: self.is_unusable, since, what: self.what.clone() })
    }

    /// How far its clock is ahead of ours.
    pub(crate) const fn clock_ahead_seconds(&self) -> Option<i64> {
        self.clock_ahead_seconds
    }

    /// A token that was just requested says when it was issued. Of providers whose answers say nothing, as Keycloak's, that is
    /// all that is known of their clock; Entra ID's answers do, and its tokens are dated back.
    pub(crate) fn record_issued_token(&mut self, now: OffsetDateTime, issued_at: OffsetDateTime) {
        if !self.tells_time {
            self.clock_ahead_seconds = Some((issued_at - now).whole_seconds());
        }
    }

    pub(crate) const fn is_down(&self) -> bool {
        self.down_since.is_some()
    }

    pub(crate) fn is_backing_off(&self, now: OffsetDateTime) -> bool {
        self.failed_at.is_some_and(|failed_at| now - failed_at < BACK_OFF)
    }

    /// Records how an exchange ended.
    pub(crate) fn record(&mut self, now: OffsetDateTime, purpose: Purpose, answer: &Result<HttpResponse, HttpFault>) {
        match answer {
            Ok(response) => self.record_answer(now, purpose, response),
            Err(fault) if self.is_outage_of_all(purpose, fault) => {
                self.record_outage(now, fault.to_string(), fault.is_unusable());
            }
            Err(fault) => tracing::warn!(%fault, ?purpose, "the identity provider failed over one request"),
        }
    }

    fn is_outage_of_all(&mut self, purpose: Purpose, fault: &HttpFault) -> bool {
        match purpose {
            Purpose::Discovery => true,
            Purpose::Code => fault.is_no_connection(),
            Purpose::Session(_) if fault.is_transport() => true,
            Purpose::Session(session) => {
                self.failing.insert(session);
                self.failing.len() >= FAILING_SESSIONS
            }
        }
    }

    fn record_answer(&mut self, now: OffsetDateTime, purpose: Purpose, response: &HttpResponse) {
        // What it says about itself may still be unusable: see `record_usable`.
        if purpose != Purpose::Discovery {
            self.failing.clear();
            self.record_usable();
        }
        let date = response.headers().get(::http::header::DATE).and_then(|date| date.to_str().ok());
        // RFC 9110 writes GMT where RFC 2822 also allows an offset.
        let told = date.and_then(|date| OffsetDateTime::parse(&date.replace("GMT", "+0000"), &Rfc2822).ok());
        if let Some(told) = told {
            self.clock_ahead_seconds = Some((told - now).whole_seconds());
            self.tells_time = true;
        }
    }

    /// Records that the provider can be used.
    pub(crate) fn record_usable(&mut self) {
        if self.down_since.take().is_some() {
            tracing::info!("the identity provider answers again");
        }
        self.failed_at = None;
    }

    /// Records that the provider does not answer, or answers and cannot be used, and why.
    pub(crate) fn record_outage(&mut self, now: OffsetDateTime, what: String, is_unusable: bool) {
        if self.down_since.is_none() {
            tracing::warn!(what, is_unusable, "the identity provider does not answer or cannot be used");
        }
        self.is_unusable = is_unusable;
        self.down_since.get_or_insert(now);
        self.failed_at = Some(now);
        self.what = what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::StatusCode;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-03-02 09:00 UTC);

    fn answer(date: Option<&str>) -> Result<HttpResponse, HttpFault> {
        let answer = ::http::Response::builder();
        let answer = if let Some(date) = date { answer.header("date", date) } else { answer };
        Ok(answer.body(Vec::new()).expect("an answer"))
    }

    fn failing() -> Result<HttpResponse, HttpFault> {
        Err(HttpFault::Failing(StatusCode::INTERNAL_SERVER_ERROR))
    }

    fn session(number: u128) -> Purpose {
        Purpose::Session(number)
    }

    #[test]
    fn clock_is_known_by_answers_and_otherwise_by_tokens() {
        let mut contact = Contact::default();
        contact.record(NOW, Purpose::Discovery, &answer(None));
        assert_eq!(contact.clock_ahead_seconds(), None);
        contact.record_issued_token(NOW, NOW - Duration::seconds(7));
        assert_eq!(contact.clock_ahead_seconds(), Some(-7));
        contact.record(NOW, Purpose::Discovery, &answer(Some("Mon, 02 Mar 2026 09:00:40 GMT")));
        assert_eq!(contact.clock_ahead_seconds(), Some(40));
        contact.record_issued_token(NOW, NOW - Duration::minutes(5));
        assert_eq!(contact.clock_ahead_seconds(), Some(40), "a token that was dated back says nothing");
    }

    #[test]
    fn failed_codes_are_never_an_outage() {
        let mut contact = Contact::default();
        for _ in 0..20 {
            contact.record(NOW, Purpose::Code, &failing());
            contact.record(NOW, Purpose::Code, &Err(HttpFault::TooLarge));
        }
        assert!(!contact.is_backing_off(NOW) && contact.outage().is_none());
    }

    #[test]
    fn failed_keys_are_an_outage_at_once() {
        let mut contact = Contact::default();
        contact.record(NOW, Purpose::Discovery, &failing());
        assert!(contact.is_backing_off(NOW) && contact.is_down());
        assert!(!contact.is_backing_off(NOW + BACK_OFF));
    }

    #[test]
    fn failed_refreshes_are_an_outage_after_three_sessions_in_a_row() {
        let mut contact = Contact::default();
        for _ in 0..20 {
            contact.record(NOW, session(1), &failing());
        }
        contact.record(NOW, session(2), &failing());
        assert!(!contact.is_down(), "two sessions");
        contact.record(NOW, session(3), &answer(None));
        contact.record(NOW, session(4), &failing());
        contact.record(NOW, session(5), &failing());
        assert!(!contact.is_down(), "two since an answer");
        contact.record(NOW, Purpose::Discovery, &answer(None));
        contact.record_usable();
        contact.record(NOW, session(6), &failing());
        assert!(contact.is_backing_off(NOW) && contact.is_down(), "keys say nothing about tokens");
    }
}
