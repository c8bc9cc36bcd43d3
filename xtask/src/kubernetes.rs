//! The Helm chart, the manifests, docker-compose.yaml and the Dockerfile, checked with the tools that read them in earnest
//! and with the real schemas.

use crate::fetch;
use crate::go::{Files, Tool, Toolchain};
use crate::steps::Steps;
use crate::{command, paths, python};
use anyhow::Result;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use style::cache_folder;

/// What is fetched.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pins {
    tools: Vec<Tool>,
    definitions: Vec<Files>,
}

/// Installs what the tests need. Returns the Python that runs them, with the variables that name the rest.
pub(crate) fn install(steps: &mut Steps) -> Result<Command> {
    let (python, go) = (python(steps)?, Toolchain::pinned()?);
    let pins: Pins = fetch::pins("xtask/kubernetes.toml")?;
    let mut tests = Command::new(&python);
    for tool in &pins.tools {
        tests.env(tool.name.to_uppercase(), tool.installed(steps, &go, &python)?);
    }
    let definitions = cache_folder().join("custom-resources");
    let mut files = Vec::new();
    for pin in &pins.definitions {
        files.extend(pin.fetched(steps, &go, &python, &definitions)?);
    }
    tests.env("CUSTOM_RESOURCES", std::env::join_paths(files)?);
    tests.env("HADOLINT", python.with_file_name("hadolint"));
    Ok(tests)
}

/// Runs the tests of `end2end/kubernetes`. `bursar` judges the variables that the chart sets.
pub(crate) fn test(steps: &mut Steps, bursar: &Path) -> Result<()> {
    let mut tests = install(steps)?;
    tests.env("BURSAR_BIN", bursar).env("BURSAR_SITE_DIR", paths::site()).env("PYTHONDONTWRITEBYTECODE", "1");
    steps.step("Testing the Helm chart, the manifests and the Dockerfile", || {
        tests.args(["-m", "unittest", "discover", "--failfast"]).current_dir(paths::root().join("end2end/kubernetes"));
        command::run(&mut tests)
    })
}

/// The Python with what the tests read; it also installs Go where there is none.
pub(crate) fn python(steps: &mut Steps) -> Result<PathBuf> {
    let contents = "the schemas of Kubernetes and the linter of Dockerfiles";
    let requirements = paths::root().join("end2end/kubernetes/requirements.txt");
    python::environment(steps, "kubernetes", contents, &requirements)
}
