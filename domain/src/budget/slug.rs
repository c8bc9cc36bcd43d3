//! The id by which API clients know a budget.

use crate::violation::Violation;

/// The id by which API clients know a budget: 1 to 128 letters, digits, `-` and `_`. Where they gave none, its own id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BudgetSlug(String);

impl BudgetSlug {
    /// The most characters.
    pub const LONGEST: usize = 128;
    /// The most characters of [`BudgetSlug::parse_prefix`]: 33 more follow.
    pub const LONGEST_PREFIX: usize = 95;

    /// Reads one.
    ///
    /// # Errors
    /// Says what it may be made of.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let is_one = (1..=Self::LONGEST).contains(&raw.len())
            && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_one.then(|| Self(raw.to_owned())).ok_or(Violation::InvalidBudgetId)
    }

    /// Reads one for a new budget. What reads as a UUID may be another budget's own id.
    ///
    /// # Errors
    /// Says what it may be made of.
    pub fn parse_new(raw: &str) -> Result<Self, Violation> {
        let slug = Self::parse(raw)?;
        if slug.as_uuid().is_some() {
            return Err(Violation::BudgetIdIsUuid);
        }
        Ok(slug)
    }

    /// Reads the beginning of the id of a project's budget, whose end Bursar chooses.
    ///
    /// # Errors
    /// Says what it may be made of.
    pub fn parse_prefix(raw: &str) -> Result<Self, Violation> {
        let prefix = Self::parse(raw)?;
        if raw.len() > Self::LONGEST_PREFIX {
            return Err(Violation::too_long("the id", raw.len(), Self::LONGEST_PREFIX));
        }
        Ok(prefix)
    }

    /// The own id of a budget whose creator chose none.
    pub fn as_uuid(&self) -> Option<uuid::Uuid> {
        self.0.parse().ok()
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for BudgetSlug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_know_a_budget_by_what_an_address_can_hold() {
        for good in ["a", "Leads_2026-q1", &"x".repeat(128), "0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a"] {
            assert_eq!(BudgetSlug::parse(good).expect(good).as_str(), good);
        }
        for bad in ["", &"x".repeat(129), "two words", "a/b", "\0", "é", "a.b"] {
            assert!(BudgetSlug::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn new_slug_that_reads_as_a_uuid_is_refused() {
        for bad in ["0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a", "0199B1F26A6E7C3D8A541F0E2D3C4B5A", "", "a.b"] {
            assert!(BudgetSlug::parse_new(bad).is_err(), "{bad}");
        }
        assert!(BudgetSlug::parse_prefix(&"x".repeat(95)).is_ok());
        assert!(BudgetSlug::parse_prefix(&"x".repeat(96)).is_err());
        for good in ["leads", "0199b1f2-6a6e-7c3d-8a54", "leads-0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a"] {
            assert_eq!(BudgetSlug::parse_new(good).expect(good).as_str(), good);
        }
    }
}
