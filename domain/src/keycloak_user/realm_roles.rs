//! Which roles of a realm give the roles of Bursar.

use super::RealmRole;
use crate::claims::ClaimRules;

/// The claim that holds the realm roles in Keycloak's tokens.
pub const REALM_ROLES_CLAIM: &str = "realm_access.roles";

/// The realm roles that give a role of Bursar, as the variables of a deployment name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealmRoles(Vec<(String, RealmRole)>);

/// Roles are read from a claim that need not hold realm roles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("OIDC_ROLES_CLAIM is {0}, which need not hold realm roles")]
pub struct OtherRolesClaim(pub String);

impl RealmRoles {
    /// Those of `OIDC_ROLES_CLAIM`, `OIDC_ROLE_MAP` and `ADMIN_ROLE_NAME`. With a map only the roles that it names count.
    ///
    /// # Errors
    /// Roles are read from another claim.
    pub fn configured(
        roles_claim: &str,
        role_map: &[(String, String)],
        rules: &ClaimRules,
    ) -> Result<Self, OtherRolesClaim> {
        if roles_claim != REALM_ROLES_CLAIM {
            return Err(OtherRolesClaim(roles_claim.to_owned()));
        }
        if role_map.is_empty() {
            return Ok(Self::unmapped(rules));
        }
        let role = |ours: &str| if ours == rules.admin_role { RealmRole::Admin } else { RealmRole::Developer };
        Ok(Self(role_map.iter().map(|(theirs, ours)| (theirs.clone(), role(ours))).collect()))
    }

    /// Those without a role map.
    pub fn unmapped(rules: &ClaimRules) -> Self {
        let developer = RealmRole::Developer.key().to_owned();
        Self(vec![(rules.admin_role.clone(), RealmRole::Admin), (developer, RealmRole::Developer)])
    }

    /// Every realm role with the role that it gives.
    pub fn iter(&self) -> impl Iterator<Item = (&str, RealmRole)> {
        self.0.iter().map(|(name, role)| (name.as_str(), *role))
    }

    /// The realm roles that give a role.
    pub fn giving(&self, role: RealmRole) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(_, given)| *given == role).map(|(name, _)| name)
    }

    /// The realm role that is granted to users: of several the first.
    pub fn granted(&self, role: RealmRole) -> Option<&str> {
        self.giving(role).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(map: &[(&str, &str)], admin_role: &str) -> RealmRoles {
        let map: Vec<_> = map.iter().map(|(theirs, ours)| ((*theirs).to_owned(), (*ours).to_owned())).collect();
        let rules = ClaimRules { admin_role: admin_role.to_owned(), ..ClaimRules::default() };
        RealmRoles::configured(REALM_ROLES_CLAIM, &map, &rules).expect("realm roles")
    }

    #[test]
    fn roles_have_the_names_of_the_variables() {
        let names = |roles: &RealmRoles| roles.iter().map(|(name, role)| (name.to_owned(), role)).collect::<Vec<_>>();
        let plain = configured(&[], "platform-admin");
        assert_eq!(
            names(&plain),
            [("platform-admin".to_owned(), RealmRole::Admin), ("developer".to_owned(), RealmRole::Developer)]
        );
        let map = [("ops", "platform-admin"), ("staff", "developer"), ("contractors", "developer")];
        let mapped = configured(&map, "platform-admin");
        assert_eq!(
            (mapped.granted(RealmRole::Admin), mapped.granted(RealmRole::Developer)),
            (Some("ops"), Some("staff"))
        );
        assert_eq!(mapped.giving(RealmRole::Developer).collect::<Vec<_>>(), ["staff", "contractors"]);
        assert_eq!(configured(&[("staff", "developer")], "admin").granted(RealmRole::Admin), None);
    }

    #[test]
    fn another_claim_holds_no_realm_roles() {
        let refused = RealmRoles::configured("groups", &[], &ClaimRules::default());
        assert_eq!(refused, Err(OtherRolesClaim("groups".to_owned())));
    }
}
