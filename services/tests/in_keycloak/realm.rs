//! A realm of a test's own.

use domain::claims::ClaimRules;
use domain::keycloak_user::{REALM_ROLES_CLAIM, RealmRoles};
use keycloak_admin::{Keycloak, Login};
use serde_json::{Value, json};
use services::keycloak::setup::RealmSetup;
use std::sync::atomic::{AtomicU32, Ordering};

/// A realm that a test may fill and break; removed at its end.
pub(crate) struct Realm {
    pub(crate) keycloak: Keycloak,
    pub(crate) name: String,
}

impl Realm {
    /// A name that no realm has.
    pub(crate) fn planned() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self { keycloak: administrator(), name: format!("test-{}-{number}", std::process::id()) }
    }

    /// A realm as Keycloak makes it, with nothing in it.
    pub(crate) async fn create() -> Self {
        let realm = Self::planned();
        let made = realm.keycloak.post(&[], &json!({ "realm": realm.name, "enabled": true })).await;
        made.expect("a realm");
        realm
    }

    /// What Bursar needs of it.
    pub(crate) fn setup(&self) -> RealmSetup {
        RealmSetup {
            realm: self.name.clone(),
            public_url: "https://bursar.example.com".to_owned(),
            client_id: "bursar".to_owned(),
            service_client_id: "bursar-import".to_owned(),
            roles: Some(roles(&[])),
            is_guest_mapped: true,
            broker: None,
        }
    }

    /// What is at a path of the realm.
    pub(crate) async fn get(&self, path: &[&str]) -> Value {
        let path = [&[self.name.as_str()], path].concat();
        self.keycloak.get(&path, &[]).await.expect("something at the path")
    }

    /// A client, by the id that applications give.
    pub(crate) async fn client(&self, client_id: &str) -> Value {
        let path = [self.name.as_str(), "clients"];
        let found: Value = self.keycloak.get(&path, &[("clientId", client_id)]).await.expect("clients");
        found[0].clone()
    }

    pub(crate) async fn remove(self) {
        self.keycloak.delete(&[&self.name], None::<&Value>).await.expect("a realm to remove");
    }
}

/// The realm roles of a deployment with this `OIDC_ROLE_MAP`.
pub(crate) fn roles(map: &[(&str, &str)]) -> RealmRoles {
    let map: Vec<_> = map.iter().map(|(theirs, ours)| ((*theirs).to_owned(), (*ours).to_owned())).collect();
    RealmRoles::configured(REALM_ROLES_CLAIM, &map, &ClaimRules::default()).expect("realm roles")
}

/// The administrator of the Keycloak that tests use.
pub(crate) fn administrator() -> Keycloak {
    let login = Login::Administrator { username: "admin".to_owned(), password: "try-keycloak".into() };
    Keycloak::new(base().parse().expect("an address"), login).expect("certificate authorities")
}

pub(crate) fn base() -> String {
    std::env::var("BURSAR_TEST_KEYCLOAK_URL").expect("BURSAR_TEST_KEYCLOAK_URL: run `cargo xtask test --only keycloak`")
}
