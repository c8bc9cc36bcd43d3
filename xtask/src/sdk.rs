//! Programs of others, as published on PyPI, against a started Bursar: the client of the wire contract, the OpenAPI tools,
//! and a LiteLLM proxy.

use crate::postgres::Postgres;
use crate::steps::Steps;
use crate::{command, paths, python};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Tests in Python, in a folder of `end2end` with the packages that they need.
struct Tests {
    folder: &'static str,
    /// What the packages are.
    packages: &'static str,
    step: &'static str,
}

/// Runs the tests of `end2end/sdk`.
pub(crate) fn test(steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
    let packages = "the client of the wire contract and the OpenAPI tools";
    let step = "Testing with the client of the wire contract and from docs/openapi.json";
    Tests { folder: "sdk", packages, step }.run(steps, bursar, postgres)
}

/// Runs the tests of `end2end/litellm`.
pub(crate) fn test_litellm(steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
    let step = "Testing limits through a LiteLLM proxy";
    Tests { folder: "litellm", packages: "a LiteLLM proxy", step }.run(steps, bursar, postgres)
}

impl Tests {
    fn run(&self, steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
        let folder = paths::root().join("end2end").join(self.folder);
        let python = python::environment(steps, self.folder, self.packages, &folder.join("requirements.txt"))?;
        steps.step(self.step, || {
            let mut tests = Command::new(python);
            tests.args(["-m", "unittest", "discover", "--failfast"]).current_dir(&folder);
            tests.env("BURSAR_BIN", bursar).env("BURSAR_SITE_DIR", paths::site());
            tests.env("BURSAR_TEST_DATABASE_URL", postgres.url()).env("PYTHONDONTWRITEBYTECODE", "1");
            command::run(&mut tests)
        })
    }
}
