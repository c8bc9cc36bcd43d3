//! The access matrix: which role has which level of access to which resource of a platform, as its operators declare it.

mod anomalies;
mod csv;
mod level;
mod live;
mod markdown;
mod query;
mod realm_file;
mod snapshot;

pub use anomalies::{Anomaly, AnomalyRule};
pub use csv::csv;
pub use level::Level;
pub use live::{Live, LiveRole, LiveUser, live_csv};
pub use markdown::markdown;
pub use query::{MatrixQuery, MatrixView};
pub use realm_file::RealmFile;
pub use snapshot::{GrantPath, Snapshot, SnapshotGroup, SnapshotRole, SnapshotUser};

use serde::{Deserialize, Serialize};

/// A declared access matrix. Names between its parts are resolved: every reference leads somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// Its title.
    pub title: String,
    /// What it is about, in a paragraph or more.
    pub introduction: Option<String>,
    /// The platform that the resources belong to.
    pub platform: Option<String>,
    /// Where the levels come from.
    pub source: Option<String>,
    /// The realms in which roles are granted.
    pub realms: Vec<Realm>,
    /// What users and programs reach.
    pub resources: Vec<Resource>,
    /// The columns of the grid: indices of `resources`.
    pub columns: Vec<usize>,
    /// The rows of the grid.
    pub roles: Vec<MatrixRole>,
    /// What the cells refer to. Their numbers begin with 1.
    pub footnotes: Vec<String>,
    /// Pairs of roles that one user must not hold both: indices of `roles`.
    pub separate_duties: Vec<(usize, usize)>,
    /// Users who exist from the start.
    pub default_users: Vec<DefaultUser>,
}

/// A realm in which roles are granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Realm {
    /// Its name.
    pub name: String,
    /// What its roles are for.
    pub description: Option<String>,
}

/// What users and programs reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its key in the declaration.
    pub id: String,
    /// Path or port.
    pub address: String,
    /// What answers there.
    pub service: String,
    /// A short name, for the head of a column.
    pub label: String,
    /// Whether it can be reached without signing in.
    pub is_public: bool,
    /// The realms that sign users in there.
    pub realms: Vec<String>,
    /// A role that the realms must have granted.
    pub requires: Option<String>,
    /// How requests are authenticated, where that is not a sign-in page.
    pub authentication: Option<String>,
    /// The OIDC clients.
    pub clients: Vec<String>,
    /// What decides about access instead of roles.
    pub note: Option<String>,
    /// The ways in, where there is no OIDC client.
    pub mechanisms: Vec<Mechanism>,
}

/// A way in that has nothing to do with roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mechanism {
    /// What it is.
    pub mechanism: String,
    /// Who uses it.
    pub who: String,
    /// What for.
    pub purpose: String,
}

/// A role and what it reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRole {
    /// The realm that grants it.
    pub realm: String,
    /// The client that it belongs to; a realm role has none.
    pub client: Option<String>,
    /// Its name at the identity provider.
    pub name: String,
    /// The heading that it stands under.
    pub group: Option<String>,
    /// Whether its holders can do damage.
    pub is_privileged: bool,
    /// Whether service accounts hold it, instead of users.
    pub is_for_machines: bool,
    /// The most users who should hold it.
    pub max_holders: Option<u32>,
    /// Who decides who holds it.
    pub owner: Option<String>,
    /// One cell for each column.
    pub cells: Vec<MatrixCell>,
}

/// What a role reaches of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    /// How much.
    pub level: Level,
    /// How the resource itself names it.
    pub label: Option<String>,
    /// The number of a footnote.
    pub footnote: Option<usize>,
}

/// A user who exists from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultUser {
    /// The realm.
    pub realm: String,
    /// The user name, or the placeholder for it.
    pub username: String,
    /// The address, where the realm's file has one.
    pub email: Option<String>,
    /// The names of the roles.
    pub roles: Vec<String>,
}

impl Matrix {
    /// The resources that are columns of the grid.
    pub fn column_resources(&self) -> impl Iterator<Item = &Resource> {
        self.columns.iter().filter_map(|index| self.resources.get(*index))
    }

    /// The roles of a realm.
    pub fn roles_of<'a>(&'a self, realm: &'a str) -> impl Iterator<Item = &'a MatrixRole> {
        self.roles.iter().filter(move |role| role.realm == realm)
    }
}

impl Resource {
    /// Who signs users in, as in a table.
    pub fn authentication_realm(&self) -> String {
        if self.is_public {
            return "— (public)".to_owned();
        }
        let realms = if self.realms.is_empty() { "—".to_owned() } else { self.realms.join(" or ") };
        let requires = self.requires.iter().map(|role| format!(" {role}"));
        let how = self.authentication.iter().map(|how| format!(" ({how})"));
        std::iter::once(realms).chain(requires).chain(how).collect()
    }
}

impl MatrixRole {
    /// Its name with its client.
    pub fn title(&self) -> String {
        match &self.client {
            Some(client) => format!("{client} / {}", self.name),
            None => self.name.clone(),
        }
    }
}

impl DefaultUser {
    /// The address, or where it comes from.
    pub fn email_or_origin(&self) -> &str {
        match &self.email {
            Some(email) => email,
            None if is_placeholder(&self.username) => "(env-set)",
            None => "(template default)",
        }
    }
}

/// Whether a text of a realm's file is set by the environment, like `${NAME}`.
pub fn is_placeholder(text: &str) -> bool {
    text.split_once("${").is_some_and(|(_, rest)| rest.contains('}'))
}
