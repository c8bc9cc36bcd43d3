//! Writes what differs, or only notes it, and keeps a list of both.

use super::merge::{Difference, merge};
use keycloak_admin::{Error, Keycloak};
use serde_json::Value;

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only say what would be done.
    Plan,
    /// Do it.
    Apply,
}

/// Something that is created or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What, like `client bursar`.
    pub what: String,
    /// Where it is below `admin/realms`.
    pub path: String,
    /// Its fields that differ; none when it is created.
    pub differences: Option<Vec<Difference>>,
}

/// What is read, created or changed.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    kind: &'a str,
    name: &'a str,
    path: &'a [&'a str],
    parent: &'a [&'a str],
}

impl<'a> Object<'a> {
    pub(super) const fn named(kind: &'a str, name: &'a str) -> Self {
        Self { kind, name, path: &[], parent: &[] }
    }

    /// Where it is, once it is there.
    pub(super) const fn at(self, path: &'a [&'a str]) -> Self {
        Self { path, ..self }
    }

    /// Below which path it is created.
    pub(super) const fn created_at(self, parent: &'a [&'a str]) -> Self {
        Self { parent, ..self }
    }
}

/// The realm as it becomes.
pub(super) struct Writer<'a> {
    keycloak: &'a Keycloak,
    mode: Mode,
    steps: Vec<Step>,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(keycloak: &'a Keycloak, mode: Mode) -> Self {
        Self { keycloak, mode, steps: Vec::new() }
    }

    pub(super) const fn keycloak(&self) -> &'a Keycloak {
        self.keycloak
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// Has an object be as it is wanted.
    pub(super) async fn ensure(&mut self, object: Object<'_>, wanted: Value) -> Result<(), Error> {
        let Some(mut value) = self.find(object.path).await? else {
            return self.create(object, wanted).await.map(drop);
        };
        let differences = merge(&mut value, &wanted);
        if differences.is_empty() {
            return Ok(());
        }
        if self.mode == Mode::Apply {
            self.keycloak.put(object.path, &value).await?;
        }
        self.note(object, object.path, Some(differences));
        Ok(())
    }

    /// Creates an object; its id, where Keycloak gives it one.
    pub(super) async fn create(&mut self, object: Object<'_>, wanted: Value) -> Result<Option<String>, Error> {
        let id = match self.mode {
            Mode::Plan => None,
            Mode::Apply => self.keycloak.post(object.parent, &wanted).await?,
        };
        self.note(object, object.parent, None);
        Ok(id)
    }

    /// What is there, also while the realm is only planned.
    pub(super) async fn find(&self, path: &[&str]) -> Result<Option<Value>, Error> {
        match self.keycloak.find(path).await {
            Err(Error::NoRealm { .. }) => Ok(None),
            found => found,
        }
    }

    fn note(&mut self, object: Object<'_>, path: &[&str], differences: Option<Vec<Difference>>) {
        let what = format!("{} {}", object.kind, object.name);
        self.steps.push(Step { what, path: path.join("/"), differences });
    }
}
