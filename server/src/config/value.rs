//! The types that variables may have: how each is written, and what it allows.

use domain::email::Email;
use domain::mode::Mode;
use domain::password::PasswordPolicy;
use domain::project::ProjectName;
use http::HeaderValue;
use secrecy::SecretString;
use services::cron::CronSchedule;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// A value that an environment variable can hold.
pub trait Value: Sized {
    /// What may be written, for people.
    const ALLOWED: &'static str;

    /// Reads it.
    ///
    /// # Errors
    /// Says what is wrong in a few words; the caller adds the variable's name and [`Value::ALLOWED`].
    fn parse(raw: &str) -> Result<Self, String>;

    /// How `check-config` shows it. Secrets do not show.
    fn show(&self) -> String;
}

impl<T: Value> Value for Option<T> {
    const ALLOWED: &'static str = T::ALLOWED;

    fn parse(raw: &str) -> Result<Self, String> {
        if raw.is_empty() { Ok(None) } else { T::parse(raw).map(Some) }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "not set".to_owned(), T::show)
    }
}

/// A type that the standard library or `domain` reads and writes.
macro_rules! plain_value {
    ($type:ty, $allowed:literal, $parse:expr, $show:expr) => {
        impl Value for $type {
            const ALLOWED: &'static str = $allowed;

            fn parse(raw: &str) -> Result<Self, String> {
                let read: fn(&str) -> Option<Self> = $parse;
                read(raw).ok_or_else(|| format!("{raw:?} is not one"))
            }

            fn show(&self) -> String {
                let show: fn(&Self) -> String = $show;
                show(self)
            }
        }
    };
}

pub(super) use plain_value;

plain_value!(SocketAddr, "an IP address and a port, like 127.0.0.1:3000", |raw| raw.parse().ok(), Self::to_string);
plain_value!(String, "a text", |raw| Some(raw.to_owned()), Self::clone);
plain_value!(u16, "a whole number from 0 to 65535", |raw| raw.parse().ok(), Self::to_string);
plain_value!(u32, "a whole number, 0 or more", |raw| raw.parse().ok(), Self::to_string);
plain_value!(PathBuf, "a folder", |raw| Some(Self::from(raw)), |path| path.display().to_string());
plain_value!(PasswordPolicy, "a whole number from 8 to 64", |raw| raw.parse().ok().and_then(Self::new), |policy| {
    policy.min_length().to_string()
});
plain_value!(Email, "an e-mail address", |raw| Self::parse(raw).ok(), Self::to_string);
plain_value!(
    bool,
    "true or false",
    |raw| match raw {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    },
    Self::to_string
);

impl Value for SecretString {
    const ALLOWED: &'static str = "a text that stays secret";

    fn parse(raw: &str) -> Result<Self, String> {
        Ok(raw.into())
    }

    fn show(&self) -> String {
        "set, not shown".to_owned()
    }
}

impl Value for CronSchedule {
    const ALLOWED: &'static str =
        "minute, hour, day of the month, month and day of the week as cron has them, like 0 23 * * *";

    fn parse(raw: &str) -> Result<Self, String> {
        Self::parse(raw).map_err(|problem| format!("{raw:?} is not one: {problem}"))
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// The path of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(PathBuf);

impl FilePath {
    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

plain_value!(FilePath, "the path of a file", |raw| Some(Self(raw.into())), |file| file.0.display().to_string());

/// A span of whole seconds, 1 to 3600.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds(u64);

impl Seconds {
    /// For timers.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

plain_value!(
    Seconds,
    "whole seconds from 1 to 3600",
    |raw| raw.parse().ok().filter(|seconds| (1..=3600).contains(seconds)).map(Self),
    |seconds| format!("{} s", seconds.0)
);

/// The value of `Strict-Transport-Security` (RFC 6797), or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hsts(Option<HeaderValue>);

impl Hsts {
    /// For the answers.
    pub const fn header(&self) -> Option<&HeaderValue> {
        self.0.as_ref()
    }
}

plain_value!(
    Hsts,
    "off, or directives like max-age=31536000; includeSubDomains; preload",
    |raw| {
        if raw == "off" {
            return Some(Self(None));
        }
        let mut directives = raw.split(';').map(str::trim);
        let max_age = directives.next()?.strip_prefix("max-age=")?;
        let is_known = directives.all(|directive| ["includeSubDomains", "preload"].contains(&directive));
        let is_valid = is_known && max_age.parse::<u32>().is_ok();
        is_valid.then(|| HeaderValue::from_str(raw).ok()).flatten().map(|value| Self(Some(value)))
    },
    |hsts| hsts.0.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("off").to_owned()
);

/// Which log lines are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// In the grammar of `tracing_subscriber::EnvFilter`; parsed once already.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

plain_value!(
    LogFilter,
    "error, warn, info, debug or trace, also per module, like info,sqlx=warn",
    |raw| EnvFilter::builder().parse(raw).ok().map(|_| Self(raw.to_owned())),
    |filter| filter.0.clone()
);

/// A choice of words.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident: $allowed:literal { $($(#[$doc:meta])* $word:literal $(| $other:literal)* => $variant:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl Value for $name {
            const ALLOWED: &'static str = $allowed;

            fn parse(raw: &str) -> Result<Self, String> {
                match raw {
                    $($word $(| $other)* => Ok(Self::$variant),)*
                    _ => Err(format!("{raw:?} is not one")),
                }
            }

            fn show(&self) -> String {
                match self { $(Self::$variant => $word.to_owned(),)* }
            }
        }
    };
}

choice! {
    /// The identity provider used for sign-in.
    IdentityProvider: "local, keycloak, oidc or entra (also written entraid-oidc)" {
        /// Bursar itself, with e-mail and password.
        "local" => Local,
        /// A realm of Keycloak.
        "keycloak" => Keycloak,
        /// Any other OpenID Connect provider.
        "oidc" => Oidc,
        /// Microsoft Entra ID.
        "entra" | "entraid-oidc" => Entra,
    }
}

plain_value!(
    Mode,
    "true or false",
    |raw| bool::parse(raw).ok().map(|is_platform| if is_platform { Self::Platform } else { Self::Keycloak }),
    |mode| (*mode == Self::Platform).to_string()
);

impl Value for Vec<ProjectName> {
    const ALLOWED: &'static str = "names of projects separated by commas, or a JSON list of them";

    fn parse(raw: &str) -> Result<Self, String> {
        let names = if raw.trim_start().starts_with('[') {
            serde_json::from_str::<Vec<String>>(raw).map_err(|_| format!("{raw:?} is no list of texts"))?
        } else {
            raw.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
        };
        let parse = |name: &String| ProjectName::parse_foreign(name).map_err(|problem| format!("{name:?}: {problem}"));
        names.iter().map(parse).collect()
    }

    fn show(&self) -> String {
        let names: Vec<&str> = self.iter().map(ProjectName::as_str).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

choice! {
    /// What stands between Bursar and Postgres.
    Pooler: "none or transaction" {
        /// Nothing, or what passes a session on unchanged.
        "none" => None,
        /// A pooler that lends a connection for one transaction, like PgBouncer.
        "transaction" => Transaction,
    }
}

choice! {
    /// How log lines look.
    LogFormat: "text or json" {
        /// For people.
        "text" => Text,
        /// For machines, one object a line.
        "json" => Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_has_one_spelling_more_at_most() {
        assert_eq!(IdentityProvider::parse("entra"), IdentityProvider::parse("entraid-oidc"));
        assert_eq!(IdentityProvider::parse("keycloak"), Ok(IdentityProvider::Keycloak));
    }

    #[test]
    fn a_switch_is_true_or_false_and_nothing_else() {
        assert_eq!(bool::parse("true"), Ok(true));
        assert_eq!(bool::parse("false"), Ok(false));
        for bad in ["", "1", "yes", "TRUE", " true"] {
            assert!(bool::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn projects_are_listed_with_commas_or_as_json() {
        let names = |raw| <Vec<ProjectName>>::parse(raw).map(|names| names.show());
        assert_eq!(names("atlas, Ada@example.com,"), Ok("atlas, Ada@example.com".to_owned()));
        assert_eq!(names(r#"["atlas", "a, b"]"#), Ok("atlas, a, b".to_owned()));
        assert_eq!(names(""), Ok("none".to_owned()));
        assert!(names("[1]").is_err() && names("[").is_err() && names(r#"[""]"#).is_err());
    }

    #[test]
    fn hsts_is_off_or_directives_with_a_max_age() {
        for good in ["off", "max-age=0", "max-age=31536000; includeSubDomains; preload"] {
            assert_eq!(Hsts::parse(good).map(|hsts| hsts.show()), Ok(good.to_owned()));
        }
        for bad in
            ["", "on", "max-age", "max-age=-1", "includeSubDomains", "max-age=1; includeSubdomain", "max-age=1\n"]
        {
            assert!(Hsts::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn spans_have_bounds() {
        assert!(Seconds::parse("0").is_err() && Seconds::parse("3601").is_err() && Seconds::parse("-1").is_err());
        assert_eq!(Seconds::parse("30").map(Seconds::duration), Ok(Duration::from_secs(30)));
    }
}
