//! Reading variables, and saying everything that is wrong with them at once.

use super::{Config, VARIABLES, Value};
use domain::password::NewPassword;
use std::collections::BTreeMap;

/// Variables of the test tools, which may stand in the environment of a server that a test starts.
const TEST_PREFIX: &str = "BURSAR_TEST_";
const OUR_PREFIX: &str = "BURSAR_";
/// How alike two names are, from 0 to 1, before one is suggested for the other.
const ALIKE: f64 = 0.6;

/// What is wrong with the configuration, one sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("The configuration is wrong:\n{}", self.0.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n"))]
pub struct Problems(Vec<String>);

impl Problems {
    /// Each sentence begins with the name of the variable.
    pub fn sentences(&self) -> &[String] {
        &self.0
    }
}

/// The variables of a process, and what was found wrong with them so far.
pub(super) struct Environment {
    variables: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Environment {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { variables: variables.into_iter().collect(), problems: Vec::new() }
    }

    /// Reads one variable by any of its spellings; `None` means that a problem was noted.
    pub(super) fn take<T: Value>(&mut self, names: &[&str], default: &str) -> Option<T> {
        let mut written = names.iter().filter_map(|name| Some((*name, self.variables.get(*name)?.as_str())));
        let (name, raw) = written.next().unwrap_or((names.first().copied().unwrap_or_default(), default));
        if let Some((other, value)) = written.find(|(_, value)| *value != raw) {
            self.problems.push(format!("{name} is {raw:?} and {other} is {value:?}. They are one switch: set one."));
            return None;
        }
        let parsed = T::parse(raw);
        parsed.map_err(|problem| self.problems.push(format!("{name}: {problem}. Allowed: {}.", T::ALLOWED))).ok()
    }

    /// Looks for names that nobody reads, then gives the verdict.
    pub(super) fn finish(mut self) -> Result<(), Problems> {
        let known: Vec<&str> = VARIABLES.iter().flat_map(|variable| variable.names).copied().collect();
        let ours = self.variables.keys().filter(|name| name.starts_with(OUR_PREFIX) && !name.starts_with(TEST_PREFIX));
        let unknown: Vec<String> = ours.filter(|name| !known.contains(&name.as_str())).cloned().collect();
        self.problems.extend(unknown.iter().map(|name| match nearest(name, &known) {
            Some(near) => format!("{name} is not a variable of Bursar. Did you mean {near}?"),
            None => format!("{name} is not a variable of Bursar. `bursar --help` lists them."),
        }));
        if self.problems.is_empty() { Ok(()) } else { Err(Problems(self.problems)) }
    }
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = |other: &str| strsim::normalized_levenshtein(name, other);
    known.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|near| alike(near) >= ALIKE)
}

impl Config {
    /// Rules between variables.
    pub(super) fn checked(self) -> Result<Self, Problems> {
        let email = self.superadmin_email.as_ref().map_or("", |email| email.as_str());
        match self.superadmin_password.as_ref().map(|password| NewPassword::parse(password.expose(), email)) {
            Some(Err(problem)) => Err(Problems(vec![format!("SUPERADMIN_PASSWORD: {problem}")])),
            Some(Ok(_)) | None => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, Problems> {
        Config::read(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn problem(variables: &[(&str, &str)]) -> String {
        read(variables).expect_err("a problem").to_string()
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = read(&[]).expect("defaults are good");
        assert_eq!(config.listen().to_string(), "127.0.0.1:3000");
        assert_eq!(config.project_limit, 3);
        assert!(config.budgets && config.trusted_proxies.is_empty());
    }

    #[test]
    fn an_unknown_value_names_the_allowed_ones() {
        let text = problem(&[("IDP_PROVIDER", "ldap"), ("USER_PROJECT_LIMIT", "-1"), ("BURSAR_LOG_FORMAT", "xml")]);
        assert!(text.contains("IDP_PROVIDER") && text.contains("local"), "{text}");
        assert!(text.contains("USER_PROJECT_LIMIT") && text.contains("whole number"), "{text}");
        assert!(text.contains("BURSAR_LOG_FORMAT") && text.contains("text or json"), "{text}");
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest() {
        let text = problem(&[("BURSAR_TRUSTED_PROXY", "10.0.0.1")]);
        assert!(text.contains("Did you mean BURSAR_TRUSTED_PROXIES?"), "{text}");
        assert!(problem(&[("BURSAR_ENTIRELY_UNHEARD_OF", "1")]).contains("--help"));
        assert!(read(&[("BURSAR_TEST_DATABASE_URL", "postgres://"), ("HOME", "/")]).is_ok());
    }

    #[test]
    fn two_spellings_of_a_switch_must_agree() {
        assert!(!read(&[("viteEnableBudgetManagement", "false")]).expect("one spelling").budgets);
        let both = |first, second| [("ENABLE_BUDGET_MANAGEMENT", first), ("viteEnableBudgetManagement", second)];
        assert!(read(&both("false", "false")).is_ok());
        assert!(problem(&both("true", "false")).contains("set one"));
    }

    #[test]
    fn a_weak_first_password_stops_the_start_and_is_not_repeated() {
        let text = problem(&[("SUPERADMIN_EMAIL", "ada@example.com"), ("SUPERADMIN_PASSWORD", "hunter2")]);
        assert!(text.contains("SUPERADMIN_PASSWORD") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn secrets_do_not_show() {
        let config =
            read(&[("DATABASE_URL", "postgres://u:s3cret@h/d"), ("SUPERADMIN_PASSWORD", "a quiet ledger line")])
                .expect("good");
        let shown = format!("{config:?} {:?}", config.shown());
        assert!(!shown.contains("s3cret") && !shown.contains("quiet"), "{shown}");
    }

    #[test]
    fn the_port_wins_over_the_one_in_the_address() {
        let config = read(&[("BURSAR_ADDRESS", "0.0.0.0:80"), ("PORT", "8080")]).expect("good");
        assert_eq!(config.listen().to_string(), "0.0.0.0:8080");
    }
}
