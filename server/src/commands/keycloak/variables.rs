//! The variables that Bursar needs for the realm, ready to be put where it runs.

use crate::cli::{Output, Setup};
use crate::config::Config;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::claims::ClaimRules;
use secrecy::ExposeSecret as _;
use services::keycloak::setup::Outcome;
use services::keycloak::{issuer, quoted};

/// Of the realm that was set up.
pub(super) struct Variables {
    plain: Vec<(&'static str, String)>,
    secret: Vec<(&'static str, String)>,
}

impl Variables {
    pub(super) fn of(arguments: &Setup, config: &Config, outcome: &Outcome) -> Self {
        let base = arguments.url.as_str().trim_end_matches('/');
        let exposed = |secret: &Option<secrecy::SecretString>| {
            secret.as_ref().map(|secret| secret.expose_secret().to_owned()).unwrap_or_default()
        };
        let mut variables = Self {
            plain: vec![
                ("IDP_PROVIDER", "keycloak".to_owned()),
                ("OIDC_ISSUER_URL", issuer(&arguments.url, &arguments.realm)),
                ("OIDC_CLIENT_ID", arguments.client_id.clone()),
                ("BURSAR_PUBLIC_URL", arguments.public_url.as_str().trim_end_matches('/').to_owned()),
                ("KEYCLOAK_ADMIN_URL", base.to_owned()),
                ("KEYCLOAK_ADMIN_REALM", arguments.realm.clone()),
                ("KEYCLOAK_ADMIN_CLIENT_ID", arguments.service_client_id.clone()),
            ],
            secret: vec![
                ("OIDC_CLIENT_SECRET", exposed(&outcome.client_secret)),
                ("KEYCLOAK_ADMIN_CLIENT_SECRET", exposed(&outcome.service_client_secret)),
            ],
        };
        variables.plain.extend(role_variables(config));
        variables
    }

    pub(super) fn print(&self, output: Output) -> String {
        match output {
            Output::Env => self.env(),
            Output::Kubernetes => self.kubernetes(),
            Output::Helm => self.helm(),
        }
    }

    fn env(&self) -> String {
        let lines = self.plain.iter().chain(&self.secret).map(|(name, value)| format!("{name}={}\n", quoted(value)));
        format!(
            "# Bursar's environment. BURSAR_SECRET_KEY is yours to choose: openssl rand -base64 32\n{}",
            lines.collect::<String>()
        )
    }

    /// For `kubectl apply -f -`.
    fn kubernetes(&self) -> String {
        let data = self.secret.iter().map(|(name, value)| format!("  {name}: {}\n", STANDARD.encode(value)));
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: bursar-keycloak\ntype: Opaque\ndata:\n{}",
            data.collect::<String>()
        )
    }

    /// For `helm upgrade --values`. JSON strings are YAML strings.
    fn helm(&self) -> String {
        let quoted = |value: &str| serde_json::Value::from(value).to_string();
        let plain = self.plain.iter().map(|(name, value)| format!("  - name: {name}\n    value: {}\n", quoted(value)));
        format!("extraEnvFrom:\n  - secretRef:\n      name: bursar-keycloak\nextraEnv:\n{}", plain.collect::<String>())
    }
}

/// The variables that name roles, where they are set: Bursar needs the names that the realm was set up with.
fn role_variables(config: &Config) -> impl Iterator<Item = (&'static str, String)> {
    let default = ClaimRules::default().admin_role;
    let admin_role = (config.admin_role != default).then(|| ("ADMIN_ROLE_NAME", config.admin_role.clone()));
    let claim = config.oidc_roles_claim.clone().map(|claim| ("OIDC_ROLES_CLAIM", claim));
    let map = (!config.oidc_role_map.0.is_empty()).then(|| ("OIDC_ROLE_MAP", config.oidc_role_map.written()));
    [admin_role, claim, map].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Keycloak};
    use clap::Parser as _;

    fn printed(realm: &str, output: &str, variables: &[(&str, &str)]) -> String {
        let arguments = [
            "bursar",
            "keycloak",
            "setup",
            "--url",
            "https://id.example.com/auth/",
            "--realm",
            realm,
            "--output",
            output,
            "--public-url",
            "https://bursar.example.com",
        ];
        let Command::Keycloak(Keycloak::Setup(setup)) = Cli::try_parse_from(arguments).expect("arguments").command
        else {
            panic!("another command");
        };
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::read(variables).expect("variables");
        let secret = Some("it's secret".into());
        let outcome = Outcome { steps: Vec::new(), client_secret: secret.clone(), service_client_secret: secret };
        Variables::of(&setup, &config, &outcome).print(match output {
            "env" => Output::Env,
            _ => Output::Helm,
        })
    }

    #[test]
    fn variables_can_be_read_by_a_shell_and_name_the_issuer_as_keycloak_does() {
        let text = printed("my realm", "env", &[]);
        for line in [
            "OIDC_ISSUER_URL=https://id.example.com/auth/realms/my%20realm\n",
            "KEYCLOAK_ADMIN_URL=https://id.example.com/auth\n",
            "KEYCLOAK_ADMIN_REALM='my realm'\n",
            "OIDC_CLIENT_SECRET='it'\\''s secret'\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
        assert!(!text.contains("ADMIN_ROLE_NAME") && !text.contains("OIDC_ROLE"), "{text}");
    }

    #[test]
    fn names_of_roles_are_repeated_where_they_are_set() {
        let set = [("ADMIN_ROLE_NAME", "ops"), ("OIDC_ROLE_MAP", "lab-admin=admin,staff=developer")];
        let text = printed("main", "env", &set);
        assert!(text.contains("ADMIN_ROLE_NAME=ops\n"), "{text}");
        assert!(text.contains("OIDC_ROLE_MAP=lab-admin=admin,staff=developer\n"), "{text}");
        let names_with_commas = [("OIDC_ROLE_MAP", r#"{"cn=admins,dc=example": "admin"}"#)];
        let text = printed("main", "helm", &names_with_commas);
        assert!(text.contains(r#"value: "{\"cn=admins,dc=example\":\"admin\"}""#), "{text}");
    }
}
