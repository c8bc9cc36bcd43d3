//! The one list of variables.

use super::delivery::{SmtpUrl, WebhookUrl};
use super::network::TrustedProxies;
use super::origin::PublicUrl;
use super::provider::{InternalUrl, IssuerUrl, RoleMap, ServiceUrl};
use super::read::{Environment, Problems};
use super::value::{FilePath, Hsts, IdentityProvider, LogFilter, LogFormat, Pooler, Seconds, Value};
use domain::email::Email;
use domain::mode::Mode;
use domain::password::PasswordPolicy;
use domain::project::ProjectName;
use secrecy::SecretString;
use services::cron::CronSchedule;
use services::outbox::WebhookSecret;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What people need to know about a variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name, and other spellings of it.
    pub names: &'static [&'static str],
    /// What holds when it is not set; empty when nothing does.
    pub default: &'static str,
    /// What may be written.
    pub allowed: &'static str,
    /// What it is for.
    pub meaning: &'static str,
}

macro_rules! variables {
    ($($field:ident: $type:ty = $default:literal, [$($name:literal),+], $meaning:literal;)*) => {
        /// Every variable, in the order of the documentation.
        pub const VARIABLES: &[Variable] = &[$(Variable {
            names: &[$($name),+],
            default: $default,
            allowed: <$type as Value>::ALLOWED,
            meaning: $meaning,
        },)*];

        /// The configuration of one start.
        #[derive(Clone, Debug)]
        pub struct Config {
            $(#[doc = $meaning] pub $field: $type,)*
        }

        impl Config {
            /// Reads and checks all variables.
            ///
            /// # Errors
            /// Every problem there is, not only the first.
            pub fn read(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Problems> {
                let mut environment = Environment::new(variables);
                $(let $field = environment.take::<$type>(&[$($name),+], $default);)*
                environment.finish()?;
                match ($($field,)*) {
                    ($(Some($field),)*) => Self { $($field),* }.checked(),
                    _ => Err(Problems::default()),
                }
            }

            /// Name and value of every variable, for `check-config`. Secrets do not show.
            pub fn shown(&self) -> Vec<(&'static str, String)> {
                vec![$((first(&[$($name),+]), self.$field.show()),)*]
            }
        }
    };
}

const fn first(names: &[&'static str]) -> &'static str {
    names[0]
}

variables! {
    address: SocketAddr = "127.0.0.1:3000", ["BURSAR_ADDRESS"], "Where to listen.";
    port: Option<u16> = "", ["PORT"], "The port to listen on, instead of the one in BURSAR_ADDRESS; 0 takes any free one.";
    database_url: Option<SecretString> = "", ["DATABASE_URL"],
        "The Postgres server (15 or newer) to use, like postgres://name:password@host/bursar. Without it Bursar starts a private one in BURSAR_DATA_DIR.";
    mode: Mode = "true", ["ENABLE_USER_MANAGEMENT", "viteEnableUserManagement"],
        "With true, Platform-managed mode: roles and project assignments are kept in Bursar's database and managed in its pages. With false, Keycloak-managed mode: they are read from the identity provider's claims on every request, and there are neither users nor budgets to manage.";
    budgets: bool = "true", ["ENABLE_BUDGET_MANAGEMENT", "viteEnableBudgetManagement"],
        "Whether there are budgets. With false they are nowhere to be seen.";
    project_admins_set_shares: bool = "false", ["PROJECT_ADMINS_SET_SHARES"],
        "Whether project admins set the members' shares of their project's budgets. With false only maintainers do.";
    project_limit: u32 = "3", ["USER_PROJECT_LIMIT"],
        "How many shared projects a regular user may be assigned to. Admins are exempt.";
    admin_role: String = "admin", ["ADMIN_ROLE_NAME"], "The role in a token that means admin. The other one that opens sign-in is developer.";
    admin_subject: Option<String> = "", ["ADMIN_USER_ID"],
        "The subject (the provider's user id) that is an admin whatever its roles.";
    external_type: String = "external", ["EXTERNAL_USER_TYPE"],
        "The value of the claim user_type that means an external user. The only other one is regular.";
    external_projects: Vec<ProjectName> = "", ["EXTERNAL_USER_ALLOWED_PROJECTS"],
        "The shared projects that external users may work in, whatever they are assigned to. Without it: none.";
    identity_provider: IdentityProvider = "local", ["IDP_PROVIDER"], "The identity provider used for sign-in.";
    oidc_issuer_url: Option<IssuerUrl> = "", ["OIDC_ISSUER_URL"],
        "The provider's issuer, like https://id.example.com/realms/main. For Entra ID it follows from ENTRA_TENANT_ID.";
    oidc_internal_url: Option<InternalUrl> = "", ["OIDC_INTERNAL_URL"],
        "Scheme, host and port by which Bursar itself reaches the provider, like http://keycloak.identity.svc:8080, where that is not the issuer's address: description, keys, tokens and userinfo are read there. Browsers still go to the issuer, and tokens still name it.";
    oidc_client_id: Option<String> = "", ["OIDC_CLIENT_ID"], "The client id of Bursar at the provider.";
    oidc_client_secret: Option<SecretString> = "", ["OIDC_CLIENT_SECRET"],
        "The client's secret. Without it Bursar is a public client, protected by PKCE alone.";
    oidc_scopes: Option<String> = "", ["OIDC_SCOPES"],
        "What is asked for at sign-in, separated by spaces. Without it: openid profile email, for Entra ID also offline_access.";
    oidc_roles_claim: Option<String> = "", ["OIDC_ROLES_CLAIM"],
        "The claim that holds roles or groups, with dots between levels. Without it: realm_access.roles for Keycloak, roles for Entra ID, groups for others.";
    oidc_role_map: RoleMap = "", ["OIDC_ROLE_MAP"],
        "Which roles or groups of the provider mean admin and developer, like 3f1c-group-id=admin,Staff=developer. With it, only what it names counts. As a JSON object for names with commas, like {\"cn=admins,dc=example,dc=com\": \"admin\"}.";
    entra_tenant_id: Option<String> = "", ["ENTRA_TENANT_ID"], "The tenant of Entra ID whose users sign in.";
    keycloak_migration: bool = "false", ["KEYCLOAK_MIGRATION_ENABLED"],
        "With true, the users of a Keycloak realm are imported once, after the start. When that is complete, nothing more is imported and the variable can be removed. KEYCLOAK_ADMIN_* can be removed too, unless the checks of the set-up are wanted.";
    keycloak_admin_url: Option<ServiceUrl> = "", ["KEYCLOAK_ADMIN_URL"],
        "The address of Keycloak whose users are imported or written and whose set-up is checked, like https://keycloak.example.com; with a path such as /auth only if Keycloak is served under it.";
    keycloak_admin_realm: Option<String> = "", ["KEYCLOAK_ADMIN_REALM"], "The realm whose users are imported or written and whose set-up is checked.";
    keycloak_admin_client_id: Option<String> = "", ["KEYCLOAK_ADMIN_CLIENT_ID"],
        "The client of that realm whose service account reads the users. To write them it needs the role manage-users.";
    keycloak_admin_client_secret: Option<SecretString> = "", ["KEYCLOAK_ADMIN_CLIENT_SECRET"], "The secret of that client.";
    secret_key: Option<SecretString> = "", ["BURSAR_SECRET_KEY"],
        "Encrypts the provider's tokens in the database: 32 characters or more, like the output of openssl rand -base64 32. All processes share it.";
    superadmin_email: Option<Email> = "", ["SUPERADMIN_EMAIL"],
        "The first administrator's e-mail address, used when there is no active admin. Without it: admin@example.com.";
    superadmin_password: Option<SecretString> = "", ["SUPERADMIN_PASSWORD"],
        "The first administrator's password, to be changed within 7 days. Without it a one-time password is made and printed once.";
    password_policy: PasswordPolicy = "15", ["BURSAR_PASSWORD_MIN_LENGTH"],
        "The fewest characters of a new password of a local account. NIST SP 800-63B-4 requires 15 where the password is the only factor. Passwords that exist are not affected.";
    break_glass: bool = "true", ["BURSAR_BREAK_GLASS"],
        "Whether bursar break-glass can open the console while users cannot sign in. With false it issues no codes, and codes and sessions that there are open nothing.";
    access_matrix: Option<FilePath> = "", ["BURSAR_ACCESS_MATRIX"],
        "The file that declares the access matrix of your platform (docs/access-matrix.md). It is read at the start. Without it only Bursar's own permissions are shown.";
    predefined_budgets: Option<FilePath> = "", ["BURSAR_PREDEFINED_BUDGETS"],
        "The file that declares budgets (docs/spend.md). They are stored at each start and changed there alone.";
    smtp_url: Option<SmtpUrl> = "", ["SMTP_URL"], "The SMTP server that sends mails. Without it there are none.";
    mail_from: Option<Email> = "", ["MAIL_FROM"], "The address that mails come from, like bursar@example.com.";
    alert_mail_to: Option<Email> = "", ["ALERT_MAIL_TO"],
        "Who gets new requests for budgets, and beside project admins the alerts of the budgets of projects.";
    alert_webhook_url: Option<WebhookUrl> = "", ["ALERT_WEBHOOK_URL"],
        "Where alerts of budgets are sent as JSON by POST, signed with ALERT_WEBHOOK_SECRET. Redirects are not followed. Without it there are no webhooks.";
    alert_webhook_secret: Option<WebhookSecret> = "", ["ALERT_WEBHOOK_SECRET"],
        "The secret with which webhooks are signed as Standard Webhooks describes; the receiver has it too.";
    litellm_url: Option<ServiceUrl> = "", ["LITELLM_URL", "LITE_LLM_URL"],
        "The LiteLLM proxy that budgets are pushed to, once a maintainer has started that (docs/spend.md). Not needed where the proxy reserves spend by the callback of docs/gateways.md.";
    litellm_master_key: Option<SecretString> = "", ["LITELLM_MASTER_KEY", "LITE_LLM_MASTER_KEY"],
        "Its master key, or a key of one of its proxy administrators.";
    litellm_collect_spend: bool = "false", ["LITELLM_COLLECT_SPEND", "LITELLM_SPEND_COLLECTOR_ENABLED"],
        "With true, what its customers have spent is added to the ledger each hour. Not where the callback reports the same calls: they would count twice.";
    litellm_collection_schedule: Option<CronSchedule> = "", ["LITELLM_SPEND_COLLECTOR_SCHEDULE"],
        "When that is done, in UTC. Without it each hour: what is spent between the last time and a reset of LiteLLM is not seen.";
    public_url: Option<PublicUrl> = "", ["BURSAR_PUBLIC_URL"],
        "The address users type, when a proxy stands in front. Forms are accepted from there alone; with https browsers are told to stay on it.";
    hsts: Hsts = "max-age=63072000", ["BURSAR_HSTS"],
        "What Strict-Transport-Security tells browsers while BURSAR_PUBLIC_URL is https. Without includeSubDomains it concerns this host alone.";
    trusted_proxies: TrustedProxies = "", ["BURSAR_TRUSTED_PROXIES"],
        "Proxies whose X-Forwarded-For, X-Request-Id and traceparent are believed.";
    data_dir: Option<PathBuf> = "", ["BURSAR_DATA_DIR"],
        "Where the private Postgres keeps its data. Without it: $XDG_DATA_HOME/bursar or ~/.local/share/bursar, for root /var/lib/bursar.";
    postgres_bin: Option<PathBuf> = "", ["BURSAR_POSTGRES_BIN"],
        "The folder with initdb and pg_ctl for the private Postgres, instead of fetching them once.";
    site_dir: PathBuf = "target/site", ["BURSAR_SITE_DIR"], "Where stylesheet, fonts and WebAssembly were built to.";
    database_pooler: Pooler = "none", ["BURSAR_DATABASE_POOLER"],
        "Set to transaction when a connection pooler like PgBouncer stands between Bursar and Postgres.";
    database_connections: u16 = "16", ["BURSAR_DATABASE_CONNECTIONS"], "The most connections to Postgres at one time.";
    database_wait: Seconds = "2", ["BURSAR_DATABASE_WAIT"], "The longest a request waits for a connection to Postgres.";
    statement_timeout: Seconds = "10", ["BURSAR_STATEMENT_TIMEOUT"], "The longest a statement may run in Postgres.";
    request_timeout: Seconds = "30", ["BURSAR_REQUEST_TIMEOUT"], "The longest a request may take.";
    shutdown_timeout: Seconds = "10", ["BURSAR_SHUTDOWN_TIMEOUT"], "The longest a stop waits for requests under way.";
    api_rate: u32 = "600", ["BURSAR_API_RATE"],
        "How many requests to /v1 each user may send in a minute, and all unauthenticated clients of one network together (an IPv4 address, an IPv6 /64); twenty times as many may come from one network in all. A gateway may send a hundred times as many. 0: no limit.";
    metrics_address: Option<SocketAddr> = "", ["BURSAR_METRICS_ADDRESS"],
        "Where Prometheus reads /metrics. It has no sign-in: keep it off the public network. Without it nothing is measured.";
    traces_endpoint: Option<String> = "", ["OTEL_EXPORTER_OTLP_ENDPOINT"],
        "Where traces are sent by OTLP over HTTP, like http://collector:4318. Without it there are none. The other OTEL_ variables of OpenTelemetry hold too.";
    service_name: String = "bursar", ["OTEL_SERVICE_NAME"], "The name that traces carry.";
    log: LogFilter = "info,sqlx=warn", ["BURSAR_LOG"], "What is logged.";
    log_format: LogFormat = "text", ["BURSAR_LOG_FORMAT"], "How log lines look.";
}

impl Config {
    /// Where to listen, with `PORT` heeded.
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.address.ip(), self.port.unwrap_or_else(|| self.address.port()))
    }
}
