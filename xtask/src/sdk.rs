//! The client of the wire contract and the OpenAPI tools, as published on PyPI, against a started Bursar.

use crate::postgres::Postgres;
use crate::steps::Steps;
use crate::{command, paths, python};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Runs the tests of `end2end/sdk`.
pub(crate) fn test(steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
    let folder = paths::root().join("end2end/sdk");
    let contents = "the client of the wire contract and the OpenAPI tools";
    let python = python::environment(steps, "sdk", contents, &folder.join("requirements.txt"))?;
    steps.step("Testing with the client of the wire contract and from docs/openapi.json", || {
        let mut tests = Command::new(python);
        tests.args(["-m", "unittest", "discover", "--failfast"]).current_dir(&folder);
        tests.env("BURSAR_BIN", bursar).env("BURSAR_SITE_DIR", paths::site());
        tests.env("BURSAR_TEST_DATABASE_URL", postgres.url()).env("PYTHONDONTWRITEBYTECODE", "1");
        command::run(&mut tests)
    })
}
