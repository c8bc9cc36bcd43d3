//! What every request may need.

use crate::config::{Config, Hsts, PublicUrl, TrustedProxies};
use crate::rate_limit::RateLimit;
use app::request::Assets;
use services::Services;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Everything the router needs; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The console's capabilities.
    pub services: Services,
    /// Where the built files stand.
    pub assets: Arc<Assets>,
    /// How the server is reached and what it believes.
    pub web: Arc<Web>,
    /// Whether the schema is up to date.
    pub readiness: Readiness,
    /// How much of the API a minute leaves to each.
    pub api_rate: RateLimit,
}

/// How the server is reached, what it believes and how long it waits.
#[derive(Clone, Debug)]
pub struct Web {
    /// The origin that browsers see, when it is not the one of the request itself.
    pub public_url: Option<PublicUrl>,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// The folder of the built files.
    pub site_dir: PathBuf,
    /// The longest a request may take.
    pub request_timeout: Duration,
    /// How long browsers stay on TLS, and for which hosts.
    pub hsts: Hsts,
}

impl Web {
    /// From the configuration.
    pub fn new(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            site_dir: config.site_dir.clone(),
            request_timeout: config.request_timeout.duration(),
            hsts: config.hsts.clone(),
        }
    }
}

/// Whether requests can be answered: not before the schema is up to date.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// From now on requests are answered.
    pub fn announce(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`Readiness::announce`] was called.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
