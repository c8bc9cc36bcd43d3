//! Programs of others, as published on PyPI, against a started Bursar: the client of the wire contract, the OpenAPI tools,
//! and a LiteLLM proxy.

use crate::postgres::Postgres;
use crate::steps::Steps;
use crate::{command, paths, python};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tests in Python, in a folder of `end2end` with the packages that they need.
struct Tests {
    folder: &'static str,
    /// What the packages are.
    packages: &'static str,
    step: &'static str,
}

/// Those of `end2end/sdk`.
const SDK: Tests = Tests {
    folder: "sdk",
    packages: "the client of the wire contract and the OpenAPI tools",
    step: "Testing with the client of the wire contract and from docs/openapi.json",
};
/// Those of `end2end/litellm`.
const LITELLM: Tests =
    Tests { folder: "litellm", packages: "a LiteLLM proxy", step: "Testing limits through a LiteLLM proxy" };

/// Installs what the tests of both folders need.
pub(crate) fn install(steps: &mut Steps) -> Result<()> {
    SDK.python(steps)?;
    LITELLM.python(steps)?;
    Ok(())
}

/// Runs the tests of `end2end/sdk`.
pub(crate) fn test(steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
    SDK.run(steps, bursar, postgres)
}

/// Runs the tests of `end2end/litellm`.
pub(crate) fn test_litellm(steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
    LITELLM.run(steps, bursar, postgres)
}

impl Tests {
    fn folder(&self) -> PathBuf {
        paths::root().join("end2end").join(self.folder)
    }

    fn python(&self, steps: &mut Steps) -> Result<PathBuf> {
        python::environment(steps, self.folder, self.packages, &self.folder().join("requirements.txt"))
    }

    fn run(&self, steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
        let (folder, python) = (self.folder(), self.python(steps)?);
        steps.step(self.step, || {
            let mut tests = Command::new(python);
            tests.args(["-m", "unittest", "discover", "--failfast"]).current_dir(&folder);
            tests.env("BURSAR_BIN", bursar).env("BURSAR_SITE_DIR", paths::site());
            tests.env("BURSAR_TEST_DATABASE_URL", postgres.url()).env("PYTHONDONTWRITEBYTECODE", "1");
            command::run(&mut tests)
        })
    }
}
