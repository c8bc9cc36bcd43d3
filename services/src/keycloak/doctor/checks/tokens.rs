//! What the tokens of users say: claims, roles, audience, and how large they get.

use super::super::Facts;
use super::super::verdict::{NotChecked, Verdict, WithCommand as _, problem};
use super::{list, text, texts};
use crate::keycloak::attributes::{self, ATTRIBUTES};
use domain::doctor::Severity;
use domain::keycloak_user::REALM_ROLES_CLAIM;
use oidc_client::MAX_TOKEN_BYTES;
use serde_json::Value;

/// The type of mappers that make a claim of an attribute of the user.
const ATTRIBUTE_MAPPER: &str = "oidc-usermodel-attribute-mapper";
/// The same for names and addresses.
const PROPERTY_MAPPER: &str = "oidc-usermodel-property-mapper";
/// Whether the client's access tokens leave out all claims that are not marked for them.
const LIGHTWEIGHT: &str = "client.use.lightweight.access.token.enabled";
/// Header, signature and dots of a token that is signed with an RSA key of 2048 bits.
const SIGNATURE_BYTES: usize = 550;

pub(super) fn claims(facts: &Facts<'_>) -> Verdict {
    let mappers = mappers(facts)?;
    let missing: Vec<&str> =
        attributes::required().filter(|claim| !mappers.iter().any(|mapper| adds(facts, mapper, claim))).collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let found = problem(
        Severity::Medium,
        "A mapper is missing",
        format!(
            "No mapper puts {} into the ID token or the access token: Bursar never sees the values.",
            missing.join(", ")
        ),
        format!("Add a mapper of type User Attribute for each to the dedicated scope of {}.", facts.client_id()),
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn claim_lists(facts: &Facts<'_>) -> Verdict {
    let mappers = mappers(facts)?;
    let profile = facts.state()?.profile.as_ref().map_err(Clone::clone)?;
    let allows_one = |claim: &&str| {
        list(&profile["attributes"]).any(|attribute| attribute["name"] == **claim && attribute["multivalued"] != true)
    };
    let single: Vec<&str> = lists().filter(allows_one).collect();
    if !single.is_empty() {
        let found = problem(
            Severity::Medium,
            "Keycloak keeps one value of an attribute",
            format!(
                "The user profile does not allow several values of {}: users get one project of several.",
                single.join(" and ")
            ),
            "Turn on Multivalued for the attribute in Realm settings, User profile.",
        );
        return Ok(Some(found.with_command(facts.commands.setup())));
    }
    let is_cut = |claim: &&str| {
        mappers.iter().any(|mapper| {
            adds(facts, mapper, claim)
                && mapper["protocolMapper"] == ATTRIBUTE_MAPPER
                && mapper["config"]["multivalued"] != "true"
        })
    };
    let cut: Vec<&str> = lists().filter(is_cut).collect();
    if cut.is_empty() {
        return Ok(None);
    }
    let found = problem(
        Severity::Medium,
        "Only the first value of an attribute reaches Bursar",
        format!("The mapper of {} is not multivalued: users get one project of several.", cut.join(" and ")),
        "Turn on Multivalued in the mapper.",
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn roles_claim(facts: &Facts<'_>) -> Verdict {
    let (claim, mappers) = (roles_claim_name(facts), mappers(facts)?);
    let client = facts.client()?;
    // Bursar requests the userinfo endpoint when the tokens name no roles.
    let tells = |mapper: &&Value| {
        adds(facts, mapper, claim) || names(facts, mapper, claim) && mapper["config"]["userinfo.token.claim"] == "true"
    };
    if !mappers.iter().any(tells) {
        let found = problem(
            Severity::High,
            "The tokens name no roles",
            format!(
                "No mapper puts {claim} into the ID token, the access token or the userinfo answer. No user can sign in."
            ),
            format!("Add the client scope roles to {}, or a mapper of type User Realm Role.", facts.client_id()),
        );
        return Ok(Some(found.with_command(facts.commands.setup())));
    }
    if client["fullScopeAllowed"] != false || claim != REALM_ROLES_CLAIM {
        return Ok(None);
    }
    let scope = facts.state()?.role_scope.as_ref().map_err(Clone::clone)?;
    let needed = facts.deployment.realm_roles()?;
    let needed = needed.iter().map(|(name, _)| name);
    let left_out: Vec<&str> = needed.filter(|role| !scope.iter().any(|allowed| allowed["name"] == *role)).collect();
    if left_out.is_empty() {
        return Ok(None);
    }
    let found = problem(
        Severity::High,
        "The tokens leave roles out",
        format!("Full scope allowed is off, and the scope of {} lacks {}.", facts.client_id(), left_out.join(", ")),
        "Assign the roles in the dedicated scope of the client, or turn on Full scope allowed.",
    );
    Ok(Some(found.with_command(facts.commands.update_client(text(client, "id"), "-s fullScopeAllowed=true"))))
}

pub(super) fn audience(facts: &Facts<'_>) -> Verdict {
    let id = facts.client_id();
    let client = facts.client()?;
    let names_bursar = |mapper: &&Value| {
        let config = &mapper["config"];
        let names = config["included.client.audience"] == id || config["included.custom.audience"] == id;
        names && is_in_access_token(client, mapper)
    };
    if mappers(facts)?.iter().any(names_bursar) {
        return Ok(None);
    }
    let found = problem(
        Severity::Low,
        "The access token does not name Bursar as audience",
        format!(
            "No mapper adds the audience {id}. Signing in works; API clients that check the audience refuse the token."
        ),
        format!("Add a mapper of type Audience with {id} as included client audience."),
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn size(facts: &Facts<'_>) -> Verdict {
    let Some(token) = facts.state()?.largest_token.as_ref().map_err(Clone::clone)? else { return Ok(None) };
    let bytes = token.claims.to_string().len().div_ceil(3) * 4 + SIGNATURE_BYTES;
    if bytes <= MAX_TOKEN_BYTES {
        return Ok(None);
    }
    Ok(Some(problem(
        Severity::Medium,
        "An access token is larger than the limit",
        format!(
            "The access token of {} has about {bytes} bytes, and /v1 reads at most {MAX_TOKEN_BYTES}. Only the first 100 users were looked at.",
            token.username
        ),
        "Give the user fewer values, or remove mappers of claims that Bursar does not read. In Platform-managed mode the attribute applications is not needed after the first sign-in.",
    )))
}

/// The attributes from which mappers make the claims that Bursar reads.
pub(super) fn sources_of_claims<'a>(facts: &'a Facts<'_>) -> Result<Vec<&'a str>, NotChecked> {
    let is_read = |mapper: &&Value| {
        let claims = ATTRIBUTES.iter().map(|attribute| attribute.name).chain([roles_claim_name(facts)]);
        // Other mappers may have the field too, without reading it.
        [ATTRIBUTE_MAPPER, PROPERTY_MAPPER].contains(&text(mapper, "protocolMapper"))
            && claims.into_iter().any(|claim| adds(facts, mapper, claim))
    };
    let sources = mappers(facts)?.into_iter().filter(is_read).map(|mapper| text(&mapper["config"], "user.attribute"));
    Ok(sources.filter(|name| !name.is_empty()).collect())
}

/// The claim that names the roles of users.
fn roles_claim_name<'a>(facts: &Facts<'a>) -> &'a str {
    &facts.deployment.identity.config.roles_claim
}

/// The attributes that have several values.
fn lists() -> impl Iterator<Item = &'static str> {
    ATTRIBUTES.iter().filter(|attribute| attribute.is_list).map(|attribute| attribute.name)
}

/// The mappers that count when a user signs in: the client's own, and those of its scopes.
fn mappers<'a>(facts: &'a Facts<'_>) -> Result<Vec<&'a Value>, NotChecked> {
    let client = facts.client()?;
    let scopes = facts.state()?.scopes.as_ref().map_err(Clone::clone)?;
    let requested = &facts.deployment.identity.config.scopes;
    let default = texts(&client["defaultClientScopes"]);
    let optional = texts(&client["optionalClientScopes"]).filter(|name| requested.iter().any(|scope| scope == name));
    let names: Vec<&str> = default.chain(optional).collect();
    let of_scopes = scopes.iter().filter(|scope| names.contains(&text(scope, "name")));
    Ok(of_scopes.chain([client]).flat_map(|holder| list(&holder["protocolMappers"])).collect())
}

/// Whether a mapper puts a claim into a token that Bursar always reads.
fn adds(facts: &Facts<'_>, mapper: &Value, claim: &str) -> bool {
    let is_in_a_token = |client| mapper["config"]["id.token.claim"] == "true" || is_in_access_token(client, mapper);
    names(facts, mapper, claim) && facts.client().is_ok_and(is_in_a_token)
}

/// Whether a mapper makes a claim. In names of claims a dot of the name itself is escaped.
fn names(facts: &Facts<'_>, mapper: &Value, claim: &str) -> bool {
    let name = text(&mapper["config"], "claim.name").replace("${client_id}", facts.client_id()).replace("\\.", ".");
    name == claim
}

/// Whether the client's access tokens have what a mapper adds.
fn is_in_access_token(client: &Value, mapper: &Value) -> bool {
    let config = &mapper["config"];
    let is_lightweight = client["attributes"][LIGHTWEIGHT] == "true";
    config["access.token.claim"] == "true" && (!is_lightweight || config["lightweight.claim"] == "true")
}
