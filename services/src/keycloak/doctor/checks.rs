//! The checks: each a function of what was read.

mod addresses;
mod attributes;
mod client;
mod contact;
mod realm;
mod service_account;
mod tokens;

use super::Facts;
use super::realm::{RealmState, no_client};
use super::verdict::{NotChecked, Verdict};
use domain::doctor::Check;
use serde_json::Value;

/// Makes one check.
pub(super) fn run(check: Check, facts: &Facts<'_>) -> Verdict {
    let of: fn(&Facts<'_>) -> Verdict = match check {
        Check::Connection => contact::connection,
        Check::Path => contact::path,
        Check::Realm => contact::realm,
        Check::Issuer => contact::issuer,
        Check::Secret => contact::secret,
        Check::Clock => contact::clock,
        Check::BackChannelReachable => contact::back_channel_reachable,
        Check::ServiceAccount => service_account::sign_in,
        Check::ServiceAccountRoles => service_account::missing_roles,
        Check::ServiceAccountExcess => service_account::excess_roles,
        Check::RealmRoles => realm::roles,
        Check::SessionLifetime => realm::session_lifetime,
        Check::BruteForce => realm::brute_force,
        Check::AttributesDeclared => attributes::declared,
        Check::AttributesProtected => attributes::protected,
        Check::UnmanagedAttributes => attributes::unmanaged,
        Check::Client => client::exists,
        Check::StandardFlow => client::standard_flow,
        Check::ConfidentialClient => client::confidential,
        Check::OtherFlows => client::other_flows,
        Check::Pkce => client::pkce,
        Check::RedirectAddress => addresses::redirect,
        Check::RedirectWildcard => addresses::redirect_wildcard,
        Check::PostLogoutAddress => addresses::post_logout,
        Check::BackChannelAddress => addresses::back_channel,
        Check::Claims => tokens::claims,
        Check::ClaimLists => tokens::claim_lists,
        Check::RolesClaim => tokens::roles_claim,
        Check::Audience => tokens::audience,
        Check::TokenSize => tokens::size,
    };
    of(facts)
}

impl Facts<'_> {
    /// What the admin API told.
    fn state(&self) -> Result<&RealmState, NotChecked> {
        self.realm.as_ref().map_err(Clone::clone)
    }

    /// Bursar's client.
    fn client(&self) -> Result<&Value, NotChecked> {
        self.state()?.client.as_ref().map_err(Clone::clone)?.as_ref().ok_or_else(no_client)
    }

    /// The realm's own settings.
    fn realm_settings(&self) -> Result<&Value, NotChecked> {
        self.state()?.realm.as_ref().map_err(Clone::clone)
    }

    fn client_id(&self) -> &str {
        &self.deployment.identity.config.client_id
    }

    /// An address of Bursar as browsers and Keycloak see it.
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.deployment.identity.config.public_url)
    }
}

/// A text field; empty when it is missing.
fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// The elements of a list; none when it is missing.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The texts of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    list(value).filter_map(Value::as_str)
}
