//! Gateways: API clients that reserve and report what users and projects spend.

use crate::draft::FieldValue;
use crate::form::FieldErrors;
use crate::id::GatewayId;
use crate::text::GatewayName;
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// What every gateway token begins with, so that tools that search for leaked secrets find it.
pub const TOKEN_PREFIX: &str = "bursar_gw_";

/// What is entered to create a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayDraft {
    /// Unique without regard to case among the gateways that are not revoked.
    pub name: GatewayName,
    /// How long its token is accepted.
    pub lifetime: TokenLifetime,
}

draft_fields! { GatewayDraft {
    NAME: name, "Name", GatewayName::LONGEST, |draft| FieldValue::text(draft.name.as_str());
    LIFETIME: lifetime, "Expires", 0, |draft| FieldValue::shown(draft.lifetime.key(), draft.lifetime.title());
} }

impl GatewayDraft {
    /// Parses the fields `name` and `lifetime` together.
    ///
    /// # Errors
    /// Every problem at its field.
    pub fn parse(name: &str, lifetime: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(Self::NAME.name, GatewayName::parse(name));
        let lifetime = errors.take(Self::LIFETIME.name, TokenLifetime::parse(lifetime));
        name.zip(lifetime).map(|(name, lifetime)| Self { name, lifetime }).ok_or(errors)
    }
}

/// How long the token of a gateway is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenLifetime {
    /// 30 days.
    Month,
    /// 90 days.
    Quarter,
    /// 365 days.
    #[default]
    Year,
    /// Until the gateway is revoked.
    Unlimited,
}

impl TokenLifetime {
    /// Every lifetime, from the shortest.
    pub const ALL: [Self; 4] = [Self::Month, Self::Quarter, Self::Year, Self::Unlimited];

    /// As forms send it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Month => "30d",
            Self::Quarter => "90d",
            Self::Year => "365d",
            Self::Unlimited => "never",
        }
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Month => "After 30 days",
            Self::Quarter => "After 90 days",
            Self::Year => "After 365 days",
            Self::Unlimited => "Never",
        }
    }

    /// Reads what a form sends.
    ///
    /// # Errors
    /// Names the lifetimes.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "30d, 90d, 365d or never")
    }

    /// When a token that is issued at `now` expires.
    pub fn end(self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let days = match self {
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
            Self::Unlimited => return None,
        };
        Some(now + Duration::days(days))
    }
}

/// A gateway, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayRow {
    /// The gateway.
    pub id: GatewayId,
    /// Its name.
    pub name: String,
    /// The last characters of its token.
    pub hint: String,
    /// Who created it; `None` when that account is deleted or belonged to a break-glass session.
    pub created_by: Option<String>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When its token was last used, to the minute.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// When its token expires; `None` for never.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
}

/// Whether the token of a gateway is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayState {
    /// It is accepted.
    Active,
    /// It was accepted until it expired.
    Expired,
    /// The gateway was revoked.
    Revoked,
}

impl GatewayState {
    /// The state at `now` of a gateway with these times.
    pub fn at(now: OffsetDateTime, expires_at: Option<OffsetDateTime>, revoked_at: Option<OffsetDateTime>) -> Self {
        match (revoked_at, expires_at) {
            (Some(_), _) => Self::Revoked,
            (None, Some(end)) if end <= now => Self::Expired,
            (None, _) => Self::Active,
        }
    }
}

impl GatewayRow {
    /// Whether its token is accepted at `now`.
    pub fn state(&self, now: OffsetDateTime) -> GatewayState {
        GatewayState::at(now, self.expires_at, self.revoked_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft as _;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-03-02 09:00 UTC);

    #[test]
    fn draft_names_every_problem_at_its_field() {
        let errors = GatewayDraft::parse(" ", "1w").expect_err("wrong");
        assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["lifetime", "name"]);
        let draft = GatewayDraft::parse(" LiteLLM  Warsaw ", "90d").expect("a draft");
        let shown: Vec<_> = draft.fields().into_iter().map(|field| field.value.shown).collect();
        assert_eq!(shown, ["LiteLLM Warsaw", "After 90 days"]);
    }

    #[test]
    fn token_expires_at_the_end_of_its_lifetime_and_not_before() {
        let end = TokenLifetime::Month.end(NOW).expect("an end");
        assert_eq!(end, datetime!(2026-04-01 09:00 UTC));
        let at = |now, revoked| GatewayState::at(now, Some(end), revoked);
        assert_eq!(at(end - Duration::seconds(1), None), GatewayState::Active);
        assert_eq!(at(end, None), GatewayState::Expired);
        assert_eq!(at(end, Some(NOW)), GatewayState::Revoked, "also when it expired later");
        assert_eq!(TokenLifetime::Unlimited.end(NOW), None);
        assert_eq!(GatewayState::at(NOW + Duration::days(36_500), None, None), GatewayState::Active);
    }

    #[test]
    fn every_lifetime_is_read_from_its_key() {
        for lifetime in TokenLifetime::ALL {
            assert_eq!(TokenLifetime::parse(lifetime.key()), Ok(lifetime));
        }
    }
}
