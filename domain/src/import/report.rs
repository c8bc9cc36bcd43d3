//! A row of the report of an import.

use super::Outcome;
use crate::csv;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The heading of the report as CSV.
pub const CSV_HEADER: &str = "username,name,email,result,reason,detail,over_limit,keycloak_id,time\r\n";

/// A row of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// The order in which the users were read.
    pub place: i32,
    /// The id in Keycloak.
    pub subject: String,
    /// The username in Keycloak.
    pub username: String,
    /// The name.
    pub name: String,
    /// The e-mail address; empty without one.
    pub address: String,
    /// What became of the user.
    pub outcome: Outcome,
    /// The reason, for programs.
    pub code: String,
    /// The reason.
    pub detail: String,
    /// Whether the user is in more shared projects than `USER_PROJECT_LIMIT` allows.
    pub is_over_limit: bool,
    /// When.
    pub at: OffsetDateTime,
}

impl ReportRow {
    /// A line of CSV (RFC 4180).
    pub fn csv(&self) -> String {
        let at = self.at.format(&Rfc3339).unwrap_or_default();
        let over_limit = if self.is_over_limit { "yes" } else { "no" };
        csv::line([
            &self.username,
            &self.name,
            &self.address,
            self.outcome.key(),
            &self.code,
            &self.detail,
            over_limit,
            &self.subject,
            &at,
        ])
    }
}
