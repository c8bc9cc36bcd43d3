//! Reading variables, and saying everything that is wrong with them at once.

use super::{Config, IdentityProvider, Value, names};
use domain::mode::Mode;
use domain::password::NewPassword;
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;

/// The fewest bytes of BURSAR_SECRET_KEY.
const SHORTEST_KEY: usize = 32;
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
    /// Line breaks and spaces at the end of a value are dropped: `echo secret | base64` makes a Kubernetes Secret that ends
    /// with a line break, and no variable has a use for one.
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let trimmed = |(name, value): (String, String)| (name, value.trim_end().to_owned());
        Self { variables: variables.into_iter().map(trimmed).collect(), problems: Vec::new() }
    }

    /// Reads one variable by any of its spellings; `None` means that a problem was noted.
    pub(super) fn take<T: Value>(&mut self, names: &[&str], default: &str) -> Option<T> {
        let mut written = names.iter().filter_map(|name| Some((*name, self.variables.get(*name)?.as_str())));
        let refusal = |(name, value): (&str, &str)| Some(format!("{name} is {}", unusable(value)?));
        if let Some(problem) = written.clone().find_map(refusal) {
            self.problems.push(problem);
            return None;
        }
        let (name, raw) = written.next().unwrap_or((names.first().copied().unwrap_or_default(), default));
        if let Some((other, value)) = written.find(|(_, value)| *value != raw) {
            self.problems.push(format!("{name} is {raw:?} and {other} is {value:?}. They are one switch: set one."));
            return None;
        }
        let parsed = T::parse(raw);
        parsed.map_err(|problem| self.problems.push(format!("{name}: {problem}. Allowed: {}.", T::ALLOWED))).ok()
    }

    /// Looks for names that Bursar does not read, then gives the verdict.
    pub(super) fn finish(mut self) -> Result<(), Problems> {
        self.problems.extend(names::problems(&self.variables));
        if self.problems.is_empty() { Ok(()) } else { Err(Problems(self.problems)) }
    }
}

/// What no variable may be, in whatever type.
fn unusable(value: &str) -> Option<&'static str> {
    let is_in = |mark: char| value.len() >= 2 && value.starts_with(mark) && value.ends_with(mark);
    if value.is_empty() {
        // An empty secret is one that did not arrive. The default would hide that.
        Some("set but empty. Give it a value, or remove it so that it is not set.")
    } else if is_in('"') || is_in('\'') {
        Some("in quotation marks, which would be part of the value. `docker --env-file` keeps them: write it without.")
    } else {
        None
    }
}

impl Config {
    /// Rules between variables.
    pub(super) fn checked(self) -> Result<Self, Problems> {
        let email = self.superadmin_email.as_ref().map_or("", |email| email.as_str());
        let password = self
            .superadmin_password
            .as_ref()
            .map(|password| NewPassword::parse(password.expose_secret(), email, self.password_policy));
        let mut problems = provider_problems(&self);
        if self.keycloak_migration {
            let missing = self.missing_for_import();
            problems.extend(missing.into_iter().map(|name| format!("{name}: KEYCLOAK_MIGRATION_ENABLED needs it.")));
        }
        if self.smtp_url.is_some() && self.mail_from.is_none() {
            problems.push("MAIL_FROM: SMTP_URL needs it.".to_owned());
        }
        if self.alert_mail_to.is_some() && self.smtp_url.is_none() {
            problems.push("SMTP_URL: ALERT_MAIL_TO needs it.".to_owned());
        }
        if self.alert_webhook_url.is_some() && self.alert_webhook_secret.is_none() {
            problems.push("ALERT_WEBHOOK_SECRET: ALERT_WEBHOOK_URL needs it.".to_owned());
        }
        if self.litellm_url.is_some() && self.litellm_master_key.is_none() {
            problems.push("LITELLM_MASTER_KEY: LITELLM_URL needs it.".to_owned());
        }
        if self.litellm_collect_spend && self.litellm_url.is_none() {
            problems.push("LITELLM_URL: LITELLM_COLLECT_SPEND needs it.".to_owned());
        }
        if let Some(Err(problem)) = password {
            problems.push(format!("SUPERADMIN_PASSWORD: {problem}"));
        }
        if problems.is_empty() { Ok(self) } else { Err(Problems(problems)) }
    }
}

impl Config {
    /// The variables that an import of Keycloak's users needs and that are not set.
    pub fn missing_for_import(&self) -> Vec<&'static str> {
        let needs = [
            (self.keycloak_admin_url.is_some(), "KEYCLOAK_ADMIN_URL"),
            (self.keycloak_admin_realm.is_some(), "KEYCLOAK_ADMIN_REALM"),
            (self.keycloak_admin_client_id.is_some(), "KEYCLOAK_ADMIN_CLIENT_ID"),
            (self.keycloak_admin_client_secret.is_some(), "KEYCLOAK_ADMIN_CLIENT_SECRET"),
        ];
        needs.into_iter().filter_map(|(is_set, name)| (!is_set).then_some(name)).collect()
    }
}

/// What an identity provider needs and was not given.
fn provider_problems(config: &Config) -> Vec<String> {
    let provider = config.identity_provider;
    if provider == IdentityProvider::Local {
        let text = "ENABLE_USER_MANAGEMENT: false means that the identity provider keeps roles and projects. Set IDP_PROVIDER too.";
        return Vec::from_iter((config.mode == Mode::Keycloak).then(|| text.to_owned()));
    }
    let is_entra = provider == IdentityProvider::Entra;
    let has_issuer = config.oidc_issuer_url.is_some() || (is_entra && config.entra_tenant_id.is_some());
    let has_key = config.secret_key.as_ref().is_some_and(|key| key.expose_secret().len() >= SHORTEST_KEY);
    let needs = [
        (!has_issuer && !is_entra, "OIDC_ISSUER_URL: it says where the provider is"),
        (!has_issuer && is_entra, "ENTRA_TENANT_ID: it says whose people sign in"),
        (config.oidc_client_id.is_none(), "OIDC_CLIENT_ID: the provider knows Bursar by it"),
        (config.public_url.is_none(), "BURSAR_PUBLIC_URL: the provider sends people back there"),
        (!has_key, "BURSAR_SECRET_KEY: 32 characters or more, like the output of openssl rand -base64 32"),
    ];
    let missing = needs.into_iter().filter(|(is_missing, _)| *is_missing);
    missing.map(|(_, what)| format!("{what}. IDP_PROVIDER={} needs it.", provider.show())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{TrustedProxies, VARIABLES};
    use super::*;
    use secrecy::SecretString;

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
        assert!(config.budgets && config.trusted_proxies == TrustedProxies::default());
    }

    #[test]
    fn an_unknown_value_names_the_allowed_ones() {
        let text = problem(&[("IDP_PROVIDER", "ldap"), ("USER_PROJECT_LIMIT", "-1"), ("BURSAR_LOG_FORMAT", "xml")]);
        assert!(text.contains("IDP_PROVIDER") && text.contains("local"), "{text}");
        assert!(text.contains("USER_PROJECT_LIMIT") && text.contains("whole number"), "{text}");
        assert!(text.contains("BURSAR_LOG_FORMAT") && text.contains("text or json"), "{text}");
    }

    #[test]
    fn names_that_are_not_read_stop_the_start() {
        assert!(problem(&[("BURSAR_TRUSTED_PROXY", "10.0.0.1")]).contains("Did you mean BURSAR_TRUSTED_PROXIES?"));
        assert!(read(&[("BURSAR_TEST_DATABASE_URL", "postgres://"), ("HOME", "/")]).is_ok());
    }

    #[test]
    fn empty_values_are_refused_for_every_variable() {
        for name in VARIABLES.iter().flat_map(|variable| variable.names) {
            for empty in ["", "\n", " \r\n"] {
                let text = problem(&[(name, empty)]);
                assert!(text.contains(&format!("{name} is set but empty")), "{name}: {text}");
            }
        }
    }

    #[test]
    fn values_in_quotation_marks_are_refused() {
        for quoted in ["\"s3cret\"", "'s3cret'", "\"s3cret\"\n"] {
            let text = problem(&[("OIDC_CLIENT_SECRET", quoted)]);
            assert!(text.contains("OIDC_CLIENT_SECRET is in quotation marks") && !text.contains("s3cret"), "{text}");
        }
        for plain in ["\"", "a\"b", "'a", "{\"a\": \"b\"}"] {
            assert!(read(&[("OIDC_CLIENT_SECRET", plain)]).is_ok(), "{plain}");
        }
    }

    #[test]
    fn line_breaks_at_the_end_are_dropped() {
        let config = read(&[
            ("DATABASE_URL", "postgres://u:p@h/d\n"),
            ("SUPERADMIN_EMAIL", "ada@example.com\r\n"),
            ("SUPERADMIN_PASSWORD", "a quiet ledger line\n"),
            ("OIDC_CLIENT_SECRET", " kept in front \t\n\n"),
            ("OIDC_CLIENT_ID", "bursar\n"),
            ("BURSAR_SECRET_KEY", "0123456789abcdef0123456789abcdef\n"),
        ])
        .expect("good");
        let exposed = |secret: Option<SecretString>| secret.map(|secret| secret.expose_secret().to_owned());
        assert_eq!(exposed(config.database_url).as_deref(), Some("postgres://u:p@h/d"));
        assert_eq!(exposed(config.superadmin_password).as_deref(), Some("a quiet ledger line"));
        assert_eq!(exposed(config.oidc_client_secret).as_deref(), Some(" kept in front"));
        assert_eq!(exposed(config.secret_key).as_deref(), Some("0123456789abcdef0123456789abcdef"));
        assert_eq!(config.oidc_client_id.as_deref(), Some("bursar"));
        assert_eq!(config.superadmin_email.map(|email| email.to_string()).as_deref(), Some("ada@example.com"));
    }

    #[test]
    fn two_spellings_of_a_switch_must_agree() {
        assert!(!read(&[("viteEnableBudgetManagement", "false")]).expect("one spelling").budgets);
        let both = |first, second| [("ENABLE_BUDGET_MANAGEMENT", first), ("viteEnableBudgetManagement", second)];
        assert!(read(&both("false", "false")).is_ok());
        assert!(problem(&both("true", "false")).contains("set one"));
    }

    #[test]
    fn keycloak_managed_mode_without_a_provider_is_refused() {
        assert!(problem(&[("ENABLE_USER_MANAGEMENT", "false")]).contains("Set IDP_PROVIDER too"));
        assert!(problem(&[("viteEnableUserManagement", "no")]).contains("true or false"));
    }

    #[test]
    fn import_at_start_names_every_variable_that_is_missing() {
        let text = problem(&[("KEYCLOAK_MIGRATION_ENABLED", "true"), ("KEYCLOAK_ADMIN_REALM", "main")]);
        for name in ["KEYCLOAK_ADMIN_URL", "KEYCLOAK_ADMIN_CLIENT_ID", "KEYCLOAK_ADMIN_CLIENT_SECRET"] {
            assert!(text.contains(&format!("{name}: ")), "{text}");
        }
        assert!(!text.contains("KEYCLOAK_ADMIN_REALM:"), "{text}");
        assert!(read(&[("KEYCLOAK_ADMIN_REALM", "main")]).is_ok(), "needed only for an import");
    }

    #[test]
    fn mail_without_a_server_or_a_sender_stops_the_start() {
        let (server, to) = (("SMTP_URL", "smtp://127.0.0.1:1025"), ("ALERT_MAIL_TO", "ops@example.com"));
        assert!(problem(&[server]).contains("MAIL_FROM: "));
        assert!(problem(&[to]).contains("SMTP_URL: "));
        assert!(read(&[server, to, ("MAIL_FROM", "bursar@example.com")]).is_ok());
    }

    #[test]
    fn webhook_without_a_secret_stops_the_start() {
        let url = ("ALERT_WEBHOOK_URL", "https://alerts.example.com");
        assert!(problem(&[url]).contains("ALERT_WEBHOOK_SECRET: "));
        assert!(problem(&[url, ("ALERT_WEBHOOK_SECRET", "whsec_c2hvcnQ=")]).contains("24 to 64 random bytes"));
        let secret = ("ALERT_WEBHOOK_SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        assert!(read(&[url, secret]).is_ok());
    }

    #[test]
    fn litellm_needs_a_key_and_collecting_needs_litellm() {
        let (url, collect) = (("LITELLM_URL", "https://litellm.example.com"), ("LITELLM_COLLECT_SPEND", "true"));
        assert!(problem(&[url]).contains("LITELLM_MASTER_KEY: "));
        assert!(problem(&[collect]).contains("LITELLM_URL: "));
        assert!(read(&[url, collect, ("LITE_LLM_MASTER_KEY", "sk-1234")]).is_ok());
    }

    #[test]
    fn a_weak_first_password_stops_the_start_and_is_not_repeated() {
        let text = problem(&[("SUPERADMIN_EMAIL", "ada@example.com"), ("SUPERADMIN_PASSWORD", "hunter2")]);
        assert!(text.contains("SUPERADMIN_PASSWORD") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn password_length_out_of_range_stops_the_start() {
        for bad in ["7", "65", "0", "-1", "many", "15.5"] {
            let text = problem(&[("BURSAR_PASSWORD_MIN_LENGTH", bad)]);
            assert!(text.contains("BURSAR_PASSWORD_MIN_LENGTH") && text.contains("from 8 to 64"), "{text}");
        }
        let least = |variables: &[(&str, &str)]| read(variables).expect("good").password_policy.min_length();
        assert_eq!(least(&[]), 15);
        assert_eq!(least(&[("BURSAR_PASSWORD_MIN_LENGTH", "8")]), 8);
    }

    #[test]
    fn first_password_follows_the_configured_length() {
        let first = ("SUPERADMIN_PASSWORD", "violet-9");
        assert!(problem(&[first]).contains("Too short: 8 of at least 15 characters."));
        assert!(read(&[first, ("BURSAR_PASSWORD_MIN_LENGTH", "8")]).is_ok());
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
