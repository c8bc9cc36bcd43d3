//! The identity provider, as people hear of it.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// The provider's clock and ours may differ by this much; beyond it tokens are refused.
pub const LEEWAY: Duration = Duration::seconds(30);

/// Who vouches for people's identity when Bursar does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProviderKind {
    /// A realm of Keycloak.
    Keycloak,
    /// Any other OpenID Connect provider.
    Oidc,
    /// Microsoft Entra ID.
    Entra,
}

impl ProviderKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Keycloak, Self::Oidc, Self::Entra];

    /// The one that [`ProviderKind::key`] stands for.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Its name by itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keycloak => "Keycloak",
            Self::Oidc => "Single sign-on",
            Self::Entra => "Microsoft Entra ID",
        }
    }

    /// Its name within a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Keycloak => "Keycloak",
            Self::Oidc => "single sign-on",
            Self::Entra => "Microsoft",
        }
    }

    /// Its name at the beginning of a sentence.
    pub const fn subject(self) -> &'static str {
        match self {
            Self::Keycloak | Self::Entra => self.title(),
            Self::Oidc => "The identity provider",
        }
    }

    /// As `IDP_PROVIDER` and `users.auth_source` write it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Keycloak => "keycloak",
            Self::Oidc => "oidc",
            Self::Entra => "entra",
        }
    }
}

/// A provider that does not answer, or whose description of itself cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// It answers; its settings and ours do not fit.
    pub is_unusable: bool,
    /// The first try that failed.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// What happened to the last one, in a few words.
    pub what: String,
}

impl Outage {
    /// The heading of its message.
    pub fn heading(&self, kind: ProviderKind) -> String {
        let what = if self.is_unusable { "answers, but cannot be used" } else { "does not answer" };
        format!("{} {what}.", kind.subject())
    }
}

/// What the last request to the provider found, as the process that was asked knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderHealth {
    /// Which kind it is.
    pub kind: ProviderKind,
    /// Set while it does not answer.
    pub outage: Option<Outage>,
    /// When its signing keys were last read.
    #[serde(with = "time::serde::rfc3339::option")]
    pub keys_read_at: Option<OffsetDateTime>,
}

/// The request that ends a user's session at the provider (OpenID Connect RP-Initiated Logout 1.0).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderSignOut {
    /// Which kind it is.
    pub kind: ProviderKind,
    /// The provider's end-session endpoint.
    pub endpoint: String,
    /// What the endpoint is told. One of them may be an ID token.
    pub parameters: Vec<(String, String)>,
}

impl std::fmt::Debug for ProviderSignOut {
    /// Without the ID token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSignOut").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// How things stand with the provider, for administrators; as the process that was asked sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderStatus {
    /// Which kind it is.
    pub kind: ProviderKind,
    /// Its issuer.
    pub issuer: String,
    /// Set while it does not answer.
    pub outage: Option<Outage>,
    /// When its signing keys were last read.
    #[serde(with = "time::serde::rfc3339::option")]
    pub keys_read_at: Option<OffsetDateTime>,
    /// How far its clock is ahead of ours, in whole seconds, as its last answer or token said.
    pub clock_ahead_seconds: Option<i64>,
    /// When it last ended sessions by a back-channel logout.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_back_channel_logout_at: Option<OffsetDateTime>,
}

impl ProviderStatus {
    /// Its clock differs from ours by more than is allowed for.
    pub fn has_wrong_clock(&self) -> bool {
        self.clock_ahead_seconds.is_some_and(|ahead| ahead.unsigned_abs() > LEEWAY.whole_seconds().unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_key() {
        assert_eq!(ProviderKind::ALL.map(|kind| ProviderKind::from_key(kind.key())), ProviderKind::ALL.map(Some));
        assert_eq!(ProviderKind::from_key("local"), None);
    }

    #[test]
    fn a_clock_is_wrong_beyond_the_leeway_either_way() {
        let status = |ahead| ProviderStatus {
            kind: ProviderKind::Keycloak,
            issuer: String::new(),
            outage: None,
            keys_read_at: None,
            clock_ahead_seconds: ahead,
            last_back_channel_logout_at: None,
        };
        let wrong = [None, Some(0), Some(30), Some(-30), Some(31), Some(-31), Some(i64::MIN)];
        assert_eq!(wrong.map(|ahead| status(ahead).has_wrong_clock()), [false, false, false, false, true, true, true]);
    }
}
