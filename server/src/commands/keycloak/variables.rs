//! The variables that Bursar needs for the realm, ready to be put where it runs.

use crate::cli::{Output, Setup};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use services::keycloak::setup::Outcome;

/// Of the realm that was set up.
pub(super) struct Variables {
    plain: Vec<(&'static str, String)>,
    secret: Vec<(&'static str, String)>,
}

impl Variables {
    pub(super) fn of(asked: &Setup, outcome: &Outcome) -> Self {
        let base = asked.url.as_str().trim_end_matches('/');
        let exposed = |secret: &Option<secrecy::SecretString>| {
            secret.as_ref().map(|secret| secret.expose_secret().to_owned()).unwrap_or_default()
        };
        Self {
            plain: vec![
                ("IDP_PROVIDER", "keycloak".to_owned()),
                ("OIDC_ISSUER_URL", format!("{base}/realms/{}", asked.realm)),
                ("OIDC_CLIENT_ID", asked.client_id.clone()),
                ("BURSAR_PUBLIC_URL", asked.public_url.as_str().trim_end_matches('/').to_owned()),
                ("KEYCLOAK_ADMIN_URL", base.to_owned()),
                ("KEYCLOAK_ADMIN_REALM", asked.realm.clone()),
                ("KEYCLOAK_ADMIN_CLIENT_ID", asked.service_client_id.clone()),
            ],
            secret: vec![
                ("OIDC_CLIENT_SECRET", exposed(&outcome.client_secret)),
                ("KEYCLOAK_ADMIN_CLIENT_SECRET", exposed(&outcome.service_client_secret)),
            ],
        }
    }

    pub(super) fn print(&self, output: Output) -> String {
        match output {
            Output::Env => self.env(),
            Output::Kubernetes => self.kubernetes(),
            Output::Helm => self.helm(),
        }
    }

    fn env(&self) -> String {
        let lines = self.plain.iter().chain(&self.secret).map(|(name, value)| format!("{name}={value}\n"));
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
