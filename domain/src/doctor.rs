//! What the doctor says of the realm that signs users in: findings, and how to mend each.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Users cannot sign in, or can give themselves rights.
    High,
    /// A part does not work, or a defence is missing.
    Medium,
    /// A recommendation.
    Low,
}

impl Severity {
    /// From the most severe on.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// As it stands in addresses and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// From its [`key`](Self::key).
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.key() == key)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
        }
    }
}

macro_rules! checks {
    ($($(#[doc = $doc:literal])* $check:ident $id:literal $name:literal;)*) => {
        /// What the doctor checks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Check {
            $($(#[doc = $doc])* $check,)*
        }

        impl Check {
            /// All checks, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$check,)*];

            /// A word for it that does not change, for lists and links.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$check => $id,)*
                }
            }

            /// What is checked.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$check => $name,)*
                }
            }
        }
    };
}

checks! {
    /// Something answers, with a certificate that is trusted.
    Connection "connection" "Connection to Keycloak";
    /// What answers is Keycloak.
    Path "path" "Path of the issuer, such as /auth";
    /// The realm of the issuer exists.
    Realm "realm" "Realm";
    /// Keycloak names itself as Bursar was told.
    Issuer "issuer" "Issuer";
    /// The secret of Bursar's client.
    Secret "secret" "Client secret";
    /// Keycloak's clock against Bursar's.
    Clock "clock" "Clock skew";
    /// The service account signs in.
    ServiceAccount "service-account" "Sign-in of the service account";
    /// The service account has the roles that it needs.
    ServiceAccountRoles "service-account-roles" "Roles of the service account";
    /// The service account has no other roles.
    ServiceAccountExcess "service-account-excess" "Roles that the service account does not need";
    /// The realm has the roles that open Bursar.
    RealmRoles "realm-roles" "Roles admin and developer";
    /// Keycloak keeps the attributes.
    AttributesDeclared "attributes-declared" "Attributes in the user profile";
    /// Only administrators write the attributes.
    AttributesProtected "attributes-protected" "Write permission of the attributes";
    /// Users cannot write attributes that are not declared.
    UnmanagedAttributes "unmanaged-attributes" "Unmanaged attributes";
    /// Bursar's client exists and is enabled.
    Client "client" "Client of Bursar";
    /// The client may use the authorization code flow.
    StandardFlow "standard-flow" "Standard flow";
    /// The client authenticates itself.
    ConfidentialClient "confidential-client" "Client authentication";
    /// The client allows no flow that Bursar does not use.
    OtherFlows "other-flows" "Flows that Bursar does not use";
    /// The client requires PKCE.
    Pkce "pkce" "PKCE";
    /// Keycloak sends browsers back.
    RedirectAddress "redirect-address" "Redirect address";
    /// Keycloak sends browsers nowhere else.
    RedirectWildcard "redirect-wildcard" "Redirect addresses with a wildcard";
    /// Keycloak sends browsers back after signing out.
    PostLogoutAddress "post-logout-address" "Redirect address after signing out";
    /// Keycloak knows where to report ended sessions.
    BackChannelAddress "back-channel-address" "Back-channel logout address";
    /// That address answers.
    BackChannelReachable "back-channel-reachable" "Answer of the back-channel logout address, requested from here";
    /// Attributes become claims.
    Claims "claims" "Mappers of the claims";
    /// All values of an attribute become claims.
    ClaimLists "claim-lists" "Claims with several values";
    /// Roles become a claim.
    RolesClaim "roles-claim" "Roles in the tokens";
    /// Access tokens name Bursar as audience.
    Audience "audience" "Audience";
    /// Access tokens are small enough.
    TokenSize "token-size" "Size of the access token, of the user with the most attribute values";
    /// Sessions end at both sides.
    SessionLifetime "session-lifetime" "Session lifetime";
    /// Passwords cannot be guessed without end.
    BruteForce "brute-force" "Brute force protection";
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that is wrong, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, as a sentence without a full stop.
    pub title: String,
    /// What was found, with the names and the consequence.
    pub found: String,
    /// What to do.
    pub mend: String,
    /// The command that does it, where there is one.
    pub command: Option<String>,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// As it should be.
    Fine,
    /// Something is wrong.
    Found(Problem),
    /// It could not be checked, and why.
    NotChecked(String),
}

/// The outcome of every check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report(pub Vec<(Check, Outcome)>);

impl Report {
    /// What is wrong, the most severe first.
    pub fn findings(&self) -> Vec<(Check, &Problem)> {
        let mut findings: Vec<_> = self
            .0
            .iter()
            .filter_map(|(check, outcome)| match outcome {
                Outcome::Found(problem) => Some((*check, problem)),
                Outcome::Fine | Outcome::NotChecked(_) => None,
            })
            .collect();
        findings.sort_by_key(|(_, problem)| problem.severity);
        findings
    }

    /// What is as it should be.
    pub fn fine(&self) -> Vec<Check> {
        self.0.iter().filter(|(_, outcome)| *outcome == Outcome::Fine).map(|(check, _)| *check).collect()
    }

    /// What could not be checked, and why.
    pub fn not_checked(&self) -> Vec<(Check, &str)> {
        let not_checked = self.0.iter().filter_map(|(check, outcome)| match outcome {
            Outcome::NotChecked(why) => Some((*check, why.as_str())),
            Outcome::Fine | Outcome::Found(_) => None,
        });
        not_checked.collect()
    }

    /// How many findings are of severity high or medium.
    pub fn serious(&self) -> usize {
        self.findings().iter().filter(|(_, problem)| problem.severity < Severity::Low).count()
    }

    /// The numbers in a sentence, like "3 findings, 14 checks are fine, 2 were not checked".
    pub fn summary(&self) -> String {
        let (findings, fine, not_checked) = (self.findings().len(), self.fine().len(), self.not_checked().len());
        let findings = match findings {
            0 => "No findings".to_owned(),
            1 => "1 finding".to_owned(),
            _ => format!("{findings} findings"),
        };
        let fine = if fine == 1 { "1 check is fine".to_owned() } else { format!("{fine} checks are fine") };
        match not_checked {
            0 => format!("{findings}, {fine}"),
            1 => format!("{findings}, {fine}, 1 was not checked"),
            _ => format!("{findings}, {fine}, {not_checked} were not checked"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn found(severity: Severity) -> Outcome {
        let text = String::new;
        Outcome::Found(Problem { severity, title: text(), found: text(), mend: text(), command: None })
    }

    #[test]
    fn ids_and_names_of_checks_are_unique() {
        let ids: BTreeSet<_> = Check::ALL.iter().map(|check| check.id()).collect();
        let names: BTreeSet<_> = Check::ALL.iter().map(|check| check.name()).collect();
        assert_eq!((ids.len(), names.len()), (Check::ALL.len(), Check::ALL.len()));
    }

    #[test]
    fn findings_are_sorted_by_severity_and_counted() {
        let report = Report(vec![
            (Check::Pkce, found(Severity::Low)),
            (Check::Realm, Outcome::Fine),
            (Check::Secret, found(Severity::High)),
            (Check::Clock, Outcome::NotChecked("no token".to_owned())),
        ]);
        let checks: Vec<Check> = report.findings().into_iter().map(|(check, _)| check).collect();
        assert_eq!(checks, [Check::Secret, Check::Pkce]);
        assert_eq!(report.serious(), 1);
        assert_eq!(report.summary(), "2 findings, 1 check is fine, 1 was not checked");
        assert_eq!(Report::default().summary(), "No findings, 0 checks are fine");
    }
}
