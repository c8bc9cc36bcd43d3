//! Writes what differs, or only notes it, and keeps a list of both.

use super::merge::{Difference, merge};
use super::undo;
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
    /// What is done with it.
    pub change: Change,
}

/// What is done with an object of the realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is created.
    Created {
        /// The command that undoes it.
        undo: String,
    },
    /// These fields change.
    Changed {
        /// The fields.
        differences: Vec<Difference>,
        /// The command that gives them their former values.
        undo: String,
    },
}

/// What is read, created or changed.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    kind: &'a str,
    name: &'a str,
    path: &'a [&'a str],
    parent: &'a [&'a str],
    undo: Option<&'a str>,
}

impl<'a> Object<'a> {
    pub(super) const fn named(kind: &'a str, name: &'a str) -> Self {
        Self { kind, name, path: &[], parent: &[], undo: None }
    }

    /// Where it is, once it is there.
    pub(super) const fn at(self, path: &'a [&'a str]) -> Self {
        Self { path, ..self }
    }

    /// Below which path it is created.
    pub(super) const fn created_at(self, parent: &'a [&'a str]) -> Self {
        Self { parent, ..self }
    }

    /// What undoes its creation, where that is not its deletion.
    pub(super) const fn undone_by(self, undo: &'a str) -> Self {
        Self { undo: Some(undo), ..self }
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

    pub(super) const fn mode(&self) -> Mode {
        self.mode
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// Creates an object, or changes the fields that differ from `required`.
    pub(super) async fn ensure(&mut self, object: Object<'_>, required: Value) -> Result<(), Error> {
        let Some(mut value) = self.find(object.path).await? else {
            return self.create(object, required).await.map(drop);
        };
        let before = value.clone();
        let differences = merge(&mut value, &required);
        if differences.is_empty() {
            return Ok(());
        }
        if self.mode == Mode::Apply {
            self.keycloak.put(object.path, &value).await?;
        }
        let undo = undo::restoration(object.path, &before, &value);
        self.note(object, Change::Changed { differences, undo });
        Ok(())
    }

    /// Creates an object; its id, where Keycloak gives it one.
    pub(super) async fn create(&mut self, object: Object<'_>, required: Value) -> Result<Option<String>, Error> {
        let id = match self.mode {
            Mode::Plan => None,
            Mode::Apply => self.keycloak.post(object.parent, &required).await?,
        };
        let path = match &id {
            Some(id) => [object.parent, &[id]].concat(),
            None => object.path.to_vec(),
        };
        let undo = object.undo.map_or_else(|| undo::deletion(&path), ToOwned::to_owned);
        self.note(object, Change::Created { undo });
        Ok(id)
    }

    /// What is there, also while the realm is only planned.
    pub(super) async fn find(&self, path: &[&str]) -> Result<Option<Value>, Error> {
        match self.keycloak.find(path).await {
            Err(Error::NoRealm { .. }) => Ok(None),
            found => found,
        }
    }

    fn note(&mut self, object: Object<'_>, change: Change) {
        self.steps.push(Step { what: format!("{} {}", object.kind, object.name), change });
    }
}
