//! `cargo xtask run`.

use crate::build;
use crate::keycloak::{self, Keycloak};
use crate::paths::{self, Mode};
use crate::steps::Steps;
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Builds Bursar and becomes it, so that signals and the exit status are its own. A Keycloak ends with it.
pub(crate) fn run(steps: &mut Steps, mode: Mode, empty: bool, keycloak: bool) -> Result<()> {
    let bursar = build::build(steps, mode)?;
    let keycloak = if keycloak { Some(Keycloak::start(steps, &origin(), keycloak::PORT)?) } else { None };
    steps.summary();
    let mut serve = Command::new(&bursar);
    serve.arg("serve").current_dir(paths::root());
    if !empty {
        serve.arg("--sample");
    }
    if std::env::var_os("BURSAR_SITE_DIR").is_none() {
        serve.env("BURSAR_SITE_DIR", paths::site());
    }
    if let Some(keycloak) = keycloak {
        keycloak.greet()?;
        serve.envs(keycloak.variables()?);
        keycloak.outlive_me_in(&mut serve);
    }
    Err(serve.exec()).with_context(|| format!("cannot start {}", bursar.display()))
}

/// Where Bursar will answer, as far as the environment tells.
fn origin() -> String {
    std::env::var("BURSAR_PUBLIC_URL").unwrap_or_else(|_| {
        let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
        format!("http://127.0.0.1:{port}")
    })
}
