//! Creates and updates users in the realm, with role, projects and a way to sign in for the first time.

mod edit;
mod file;
pub mod managed;
mod realm;
mod refusal;

pub use edit::FieldChange;
pub use file::{FileProblem, Row, read};
pub use realm::{AccessProblem, RealmUsers};
pub use refusal::{Reason, Refusal};

use crate::random::Random;
use crate::users::one_time_password;
use domain::claims::ClaimRules;
use domain::keycloak_user::{KeycloakUserDraft, RealmRoles};
use keycloak_admin::Error;
use realm::{Existing, Failure, FirstSignIn, Prepared};
use secrecy::SecretString;

pub use super::setup::Mode;

/// How users who are created sign in for the first time.
pub enum Invitation<'a> {
    /// As the realm lets them, for example through a directory behind Keycloak.
    None,
    /// By a password that they replace then. It is handed over before the user counts as created.
    TemporaryPassword(&'a mut (dyn FnMut(&KeycloakUserDraft, &SecretString) -> std::io::Result<()> + Send)),
    /// By Keycloak's mail with a link to choose a password and to verify the address.
    Mail,
}

/// How users are written.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The words of user types.
    pub claims: ClaimRules,
    /// The realm roles that are granted and revoked.
    pub roles: RealmRoles,
    /// Whether the administrator has verified the addresses. Without it a new address is not verified.
    pub are_emails_verified: bool,
}

/// What became, or would become, of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowResult {
    /// The line of the file.
    pub line: u64,
    /// The user name.
    pub username: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became, or would become, of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user is new in the realm.
    Created(Vec<FieldChange>),
    /// These fields changed.
    Updated(Vec<FieldChange>),
    /// The user was as described.
    Unchanged,
    /// Refused for these reasons. A new user is not created; of a user who exists a note says what was changed all the
    /// same.
    Refused(Vec<Refusal>),
}

/// Why a run ends before the last row.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Keycloak refuses for a reason that the other rows would meet too, or does not answer.
    #[error(transparent)]
    Keycloak(#[from] Error),
    /// The realm is not prepared.
    #[error(transparent)]
    Access(#[from] AccessProblem),
    /// A temporary password could not be handed over. The user was not created.
    #[error("The temporary password could not be written: {0}")]
    Password(std::io::Error),
    /// A new user is there without a way to sign in.
    #[error(
        "{1} The user {0} stays in Keycloak without a way to sign in: delete the user there, then run the command again."
    )]
    Incomplete(String, Box<RunError>),
}

/// Creates and updates the users of these rows, one after another, and reports each. A refused row does not stop the
/// others. Repeating it changes nothing.
///
/// # Errors
/// See [`RunError`]. What was done until then stays and was reported.
pub async fn run(
    realm: &RealmUsers<'_>,
    rules: &Rules,
    mode: Mode,
    invitation: &mut Invitation<'_>,
    random: &Random,
    rows: &[Row],
    on_row: &mut (dyn FnMut(&RowResult) + Send),
) -> Result<(), RunError> {
    let prepared = realm.prepared(rules, matches!(invitation, Invitation::Mail)).await?;
    for row in rows {
        let outcome = match &row.draft {
            Err(problems) => Outcome::Refused(problems.iter().cloned().map(Refusal::from).collect()),
            Ok(draft) => {
                let user = User { realm, prepared: &prepared, rules, draft };
                match user.provision(mode, invitation, random).await {
                    Ok(outcome) => outcome,
                    Err(Failure::Row(refusal)) => Outcome::Refused(vec![refusal]),
                    Err(Failure::Run(error)) => return Err(error),
                }
            }
        };
        on_row(&RowResult { line: row.line, username: row.username.clone(), outcome });
    }
    Ok(())
}

/// One user of a run.
struct User<'a> {
    realm: &'a RealmUsers<'a>,
    prepared: &'a Prepared,
    rules: &'a Rules,
    draft: &'a KeycloakUserDraft,
}

impl User<'_> {
    async fn provision(
        &self,
        mode: Mode,
        invitation: &mut Invitation<'_>,
        random: &Random,
    ) -> Result<Outcome, Failure> {
        match self.realm.find(self.draft, self.prepared).await? {
            Some(existing) => self.update(existing, mode).await,
            None => self.create(mode, invitation, random).await,
        }
    }

    async fn update(&self, existing: Existing, mode: Mode) -> Result<Outcome, Failure> {
        let Existing { id, mut user, roles: held } = existing;
        let mut changes = edit::apply(self.draft, &mut user, self.rules)?;
        let role = edit::role(Some(self.draft.role), &held, &self.rules.roles)?;
        if changes.is_empty() && role.is_none() {
            return Ok(Outcome::Unchanged);
        }
        if mode == Mode::Apply {
            self.realm.write(&id, &user, !changes.is_empty(), role.as_ref(), self.prepared).await?;
        }
        changes.extend(role.map(|role| role.change));
        Ok(Outcome::Updated(changes))
    }

    async fn create(&self, mode: Mode, invitation: &mut Invitation<'_>, random: &Random) -> Result<Outcome, Failure> {
        let mut user = edit::new_user(self.draft);
        let mut changes = edit::apply(self.draft, &mut user, self.rules)?;
        let role = edit::role(Some(self.draft.role), &edit::HeldRoles::default(), &self.rules.roles)?;
        if mode == Mode::Apply {
            let password = matches!(invitation, Invitation::TemporaryPassword(_)).then(|| temporary_password(random));
            let first = match (&password, &*invitation) {
                (Some(password), _) => FirstSignIn::Password(password),
                (None, Invitation::Mail) => FirstSignIn::Mail,
                (None, _) => FirstSignIn::Other,
            };
            let id = self.realm.create(user, first, role.as_ref(), self.prepared).await?;
            if let (Invitation::TemporaryPassword(hand_over), Some(password)) = (invitation, &password)
                && let Err(fault) = hand_over(self.draft, password)
            {
                let deleted = self.realm.delete(&id).await;
                return Err(Failure::Run(RunError::Password(fault)).of_new_user(self.draft.username.as_str(), &deleted));
            }
        }
        changes.extend(role.map(|role| role.change));
        Ok(Outcome::Created(changes))
    }
}

/// With an upper-case letter, a digit and a special character, which realms often demand.
fn temporary_password(random: &Random) -> SecretString {
    format!("{}-K7", one_time_password(random)).into()
}
