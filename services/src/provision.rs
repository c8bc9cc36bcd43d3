//! Users whom an identity provider authenticates: which of them may sign in, and with which rights.
//!
//! In Platform-managed mode the first sign-in copies identity, role, projects and type; a returning sign-in refreshes
//! e-mail address, name and picture, and what was decided in the console since stands. In Keycloak-managed mode no user
//! is stored: rights are the claims.

mod conflicts;
mod first_sign_in;
mod from_claims;
mod identity;
mod projects;
mod returning_sign_in;

pub use conflicts::{dismiss, relink};

pub(crate) use conflicts::note as note_conflict;
pub(crate) use identity::lock_all as lock_sign_ins;
pub(crate) use projects::make_missing;

use crate::Services;
use crate::error::Error;
use domain::claims::{ClaimProblem, Claims};
use domain::denial::{Denial, Denied};
use domain::id::UserId;
use domain::mode::Mode;
use serde_json::{Map, Value};
use sqlx::PgConnection;

/// A user as the provider authenticates them, with everything about the token verified.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedIdentity<'a> {
    /// What the provider is called in the configuration, for example `keycloak`.
    pub provider: &'a str,
    /// `iss`
    pub issuer: &'a str,
    /// All claims; the roles in `realm_access.roles`.
    pub claims: &'a Map<String, Value>,
    /// For the page of a user who is refused, and for the log.
    pub request_id: &'a str,
}

/// What the claims came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The user has just signed in at the provider.
    SignIn,
    /// A session goes on with a new token.
    Refresh,
}

/// Whether a user may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// As this user. A session may begin or go on.
    Admitted(UserId),
    /// No; an existing session must end.
    Denied(Box<Denied>),
}

/// Admits a user, or says why not. Commit the transaction in both cases: a refusal may have left a note for the admins.
///
/// # Errors
/// The database failed, or the claims have no subject.
pub async fn admit(
    services: &Services,
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    occasion: Occasion,
) -> Result<Admission, Error> {
    let rules = &services.settings.claims;
    let claims = match Claims::parse(verified.claims, rules) {
        Ok(claims) => claims,
        Err(ClaimProblem::Subject) => return Err(Error::Broken(ClaimProblem::Subject.to_string())),
        Err(ClaimProblem::UserType(value)) => {
            let reason = Denial::UnknownType { value, external: rules.external_type.clone() };
            return Ok(denied(services, verified, reason));
        }
        Err(ClaimProblem::Guest(value)) => return Ok(denied(services, verified, Denial::UnclearGuest { value })),
    };
    let verdict = match services.settings.mode {
        Mode::Keycloak => from_claims::admit(services, connection, verified, &claims).await?,
        Mode::Platform => {
            identity::lock(connection, verified.issuer, &claims.subject).await?;
            match identity::find(connection, verified, &claims.subject).await? {
                Some(person) => {
                    returning_sign_in::admit(services, connection, verified, &claims, person, occasion).await?
                }
                None => first_sign_in::admit(services, connection, verified, &claims).await?,
            }
        }
    };
    Ok(match verdict {
        Ok(person) => Admission::Admitted(person),
        Err(reason) => denied(services, verified, reason),
    })
}

/// The user, or the reason of the refusal.
type Verdict = Result<UserId, Denial>;

/// The page shows the claims as the token has them, so that it names the user even when a claim is malformed.
fn denied(services: &Services, verified: &VerifiedIdentity<'_>, reason: Denial) -> Admission {
    let text = |name: &str| verified.claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let address = text("email").or_else(|| text("preferred_username")).or_else(|| text("sub")).unwrap_or_default();
    let subject = text("sub").unwrap_or_default();
    let (claim, received) = received_roles(verified.claims);
    // Debug and JSON escape line breaks: these texts come from outside.
    tracing::warn!(
        reason = reason.key(),
        ?subject,
        roles_claim = %claim,
        roles_received = %received,
        request_id = verified.request_id,
        "sign-in refused"
    );
    Admission::Denied(Box::new(Denied {
        reason,
        name: text("name").unwrap_or_else(|| address.clone()),
        address,
        told: told(verified.claims),
        reference: verified.request_id.to_owned(),
        at: services.clock.now(),
    }))
}

/// Why a user without a role may not sign in.
fn without_role(services: &Services, verified: &VerifiedIdentity<'_>, claims: &Claims) -> Denial {
    if claims.roles_left_out {
        return Denial::RolesLeftOut { claim: received_roles(verified.claims).0.to_owned() };
    }
    Denial::NoRole { admin_role: services.settings.claims.admin_role.clone() }
}

/// The claim that roles were looked for in, and the names that it had at the provider, as JSON.
fn received_roles(claims: &Map<String, Value>) -> (&str, String) {
    let access = claims.get("realm_access");
    let part = |name: &str| access.and_then(|access| access.get(name));
    let (claim, received) = match part("claim").and_then(|claim| claim.as_str()) {
        Some(claim) => (claim, part("received")),
        None => ("realm_access.roles", part("roles")),
    };
    (claim, received.map_or_else(|| "not in the token".to_owned(), |value| shortened(&value.to_string())))
}

/// The claims that decide, as they came.
fn told(claims: &Map<String, Value>) -> Vec<(String, String)> {
    let (claim, received) = received_roles(claims);
    let names = ["applications", "applications_admin", "user_type", "guest"];
    let others = names.map(|name| Some((name.to_owned(), shortened(&claims.get(name)?.to_string()))));
    std::iter::once((claim.to_owned(), received)).chain(others.into_iter().flatten()).collect()
}

/// Tokens may be long; a page need not be.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(300) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
