//! `bursar serve`: from nothing to a console that answers, and back.

use super::start::Database;
use super::{CommandError, keycloak, predefined_budgets};
use crate::config::Config;
use crate::database;
use crate::rate_limit::RateLimit;
use crate::state::{AppState, Readiness, Web};
use crate::telemetry::{Telemetry, job};
use crate::{manifest, router, signals};
use axum::serve::ListenerExt as _;
use secrecy::ExposeSecret as _;
use services::bootstrap::{self, FIRST_PASSWORD_LIFE, FirstSignIn};
use services::identity::Identity;
use services::{Services, audit, budgets, jobs, schema};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// How long work in the background may take to end, after the requests have.
const BACKGROUND_TIMEOUT: Duration = Duration::from_secs(5);
/// How often an instance looks for jobs that are due.
const JOB_PERIOD: Duration = Duration::from_secs(5);

/// Runs until a signal, then finishes the requests under way and stops what it started.
pub(super) async fn run(config: &Config, telemetry: Telemetry, sample: bool) -> Result<(), CommandError> {
    let stop = signals::stop();
    let assets = Arc::new(manifest::read(&config.site_dir)?);
    let listener = listen(config.listen(), "PORT or BURSAR_ADDRESS").await?;
    let metrics_listener = match config.metrics_address {
        Some(address) => Some(listen(address, "BURSAR_METRICS_ADDRESS").await?),
        None => None,
    };
    if config.api_rate == 0 {
        tracing::warn!("requests to /v1 are not limited: BURSAR_API_RATE is 0");
    }
    let mut database = Database::open(config).await?;
    let result = match database.services(config) {
        Ok(services) => {
            let state = AppState {
                services,
                assets,
                web: Arc::new(Web::new(config)),
                readiness: Readiness::default(),
                api_rate: RateLimit::new(config.api_rate),
            };
            let services = state.services.clone();
            let stopped = async {
                tokio::select! { () = stop => Ok(()), () = database.lost() => Err(CommandError::DatabaseLost) }
            };
            let result = tokio::select! {
                result = answer(config, listener, state, sample, stopped) => result,
                () = telemetry.attend(metrics_listener, services.clone()) => Ok(()),
            };
            let stopped = tokio::time::timeout(BACKGROUND_TIMEOUT, services.background().stop()).await;
            if stopped.is_err() {
                tracing::warn!("some work in the background took too long to finish; it is cut off");
            }
            services.pool().close().await;
            result
        }
        Err(fault) => Err(fault),
    };
    database.close().await;
    telemetry.finish().await;
    result
}

/// `variable` says where, for who has to mend it.
async fn listen(address: SocketAddr, variable: &'static str) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|source| CommandError::Listen { address, variable, source })
}

/// Answers from the start, for probes; is ready when the schema is.
async fn answer(
    config: &Config,
    listener: TcpListener,
    state: AppState,
    sample: bool,
    stopped: impl Future<Output = Result<(), CommandError>>,
) -> Result<(), CommandError> {
    let address = listener.local_addr().map_err(CommandError::Serve)?;
    let (finish, finishing) = oneshot::channel::<()>();
    let app = router::build(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|connection| {
        // Without it a page waits for the delayed acknowledgement of its first half.
        if let Err(fault) = connection.set_nodelay(true) {
            tracing::debug!(%fault, "cannot set TCP_NODELAY");
        }
    });
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        let _ = finishing.await;
    });
    let server = tokio::spawn(async move { server.await });
    let result = tokio::select! {
        result = stopped => result,
        result = prepare(&state, address, config, sample) => result,
    };
    tracing::info!("stopping");
    let _ = finish.send(());
    match tokio::time::timeout(config.shutdown_timeout.duration(), server).await {
        Ok(Ok(Err(fault))) => result.and(Err(CommandError::Serve(fault))),
        Ok(_) => result,
        Err(_) => {
            tracing::warn!("some requests took too long to finish; they are cut off");
            result
        }
    }
}

/// Brings the database up to date and says where to go. Ends only when something failed.
async fn prepare(state: &AppState, address: SocketAddr, config: &Config, sample: bool) -> Result<(), CommandError> {
    let predefined = predefined_budgets::configured(config)?;
    schema::migrate(state.services.database()).await?;
    audit::protect(state.services.database()).await?;
    let password = config.superadmin_password.as_ref().map(|password| password.expose_secret().to_owned());
    let mut sign_ins = Vec::new();
    // With an identity provider no user has a password here.
    if state.services.identity().is_none() {
        sign_ins.extend(bootstrap::superadmin(&state.services, config.superadmin_email.clone(), password).await?);
    }
    if sample {
        sign_ins.extend(services::sample::fill(&state.services).await?);
    }
    budgets::predefined::store(&state.services, &predefined).await?;
    jobs::insert_missing(&state.services).await?;
    state.readiness.announce();
    greet(address, config, &state.services, &sign_ins);
    tokio::select! {
        never = run_jobs(&state.services) => match never {},
        never = import_users(&state.services, config) => match never {},
    }
}

/// Imports Keycloak's users if that is configured, on one instance while the others go on.
async fn import_users(services: &Services, config: &Config) -> Infallible {
    keycloak::import::at_start(services, config).await;
    std::future::pending().await
}

/// Runs the jobs that are due. Instances share the work: a job runs on one of them at a time.
async fn run_jobs(services: &Services) -> Infallible {
    let mut every = tokio::time::interval(JOB_PERIOD);
    let mut runs = JoinSet::new();
    loop {
        every.tick().await;
        while let Some(ended) = runs.try_join_next() {
            if let Err(fault) = ended {
                tracing::error!(%fault, "a job ended without a result");
            }
        }
        match jobs::take_due(services).await {
            Ok(due) => due.into_iter().for_each(|taken| {
                let services = services.clone();
                runs.spawn(async move {
                    job::ran(taken.job.key(), jobs::run(&services, taken).await, services.clock());
                });
            }),
            Err(fault) => tracing::warn!(%fault, "cannot look for jobs that are due"),
        }
    }
}

/// Where to go, and the one time that one-time passwords are shown.
fn greet(address: SocketAddr, config: &Config, services: &Services, sign_ins: &[FirstSignIn]) {
    let address = config.public_url.as_ref().map_or_else(|| format!("http://{address}"), |url| url.origin().to_owned());
    println!("Bursar answers on {address}");
    println!("Data is kept in {}.", database::description(config, services.pool()));
    if let Some(provider) = services.identity().map(Identity::kind) {
        println!("People sign in through {}.", provider.title());
    }
    for FirstSignIn { email, one_time_password } in sign_ins {
        match one_time_password {
            Some(password) => println!("  {email} signs in with the one-time password {password}"),
            None => println!("  {email} signs in with the password of SUPERADMIN_PASSWORD"),
        }
    }
    if !sign_ins.is_empty() {
        let days = FIRST_PASSWORD_LIFE.whole_days();
        println!("This is shown once. Sign in within {days} days and choose a password of your own.");
        println!("After that, restart Bursar for a new one.");
    }
}
