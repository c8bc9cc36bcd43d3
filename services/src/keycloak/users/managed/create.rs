//! Creating a user.

use super::super::realm::{Failure, FirstSignIn as HowTo, Prepared};
use super::super::{RealmUsers, Reason, Refusal, RunError, edit, temporary_password};
use super::account::{Account, refused, sentence, unprepared};
use super::rights::violation;
use super::{entry, record_outcome, to_its_end};
use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::handover::{self, HandoverToken};
use domain::audit::Action;
use domain::form::FieldErrors;
use domain::id::{EventId, UserId};
use domain::keycloak_user::{Column, FirstSignIn, KeycloakUserDraft};
use domain::permission::ManageKeycloakUsers;
use domain::violation::Violation;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// Creates a user in Keycloak with everything, or not at all. A temporary password waits to be handed over by the session
/// of the caller. At most 13 requests.
///
/// # Errors
/// A problem at its field; [`Violation::KeycloakUnavailable`] when nothing was sent, [`Violation::KeycloakNotCreated`] when
/// Keycloak did not take the user, [`Violation::KeycloakUserIncomplete`] when half of the user stays.
pub async fn create(
    services: &Services,
    can: &Can<ManageKeycloakUsers>,
    draft: &KeycloakUserDraft,
    first: FirstSignIn,
    token: &HandoverToken,
) -> Result<UserId, Error> {
    services.change(can).await?.commit().await?;
    let account = Account::open(services).await.map_err(|why| refused(&why))?;
    let prepared = account.prepared(first == FirstSignIn::Mail).await;
    let prepared = prepared.map_err(|fault| match fault {
        RunError::Access(super::super::AccessProblem::Mail { realm }) => Violation::KeycloakMailMissing { realm },
        fault => unprepared(&fault),
    })?;
    check_names(&account, &prepared, draft).await?;
    let user = New::of(draft, &account)?;
    let creation = Creation { services: services.clone(), can: can.clone(), token: token.clone() };
    to_its_end(services, async move { creation.run(user, first, &prepared).await }).await
}

/// Another user with the name or the address is named before anything is sent.
async fn check_names(account: &Account<'_>, prepared: &Prepared, draft: &KeycloakUserDraft) -> Result<(), Error> {
    if prepared.is_email_username && draft.username.as_str() != draft.email.as_str() {
        return Err(Violation::KeycloakUsernameIsEmail.into());
    }
    let users = account.users();
    let named = account.read(users.find_by_name(draft.username.as_str())).await.map_err(|why| refused(&why))?;
    if named.is_some() {
        return Err(Violation::KeycloakUserExists { username: draft.username.to_string() }.into());
    }
    match account.read(users.other_with_address(draft)).await.map_err(|why| refused(&why))? {
        Some(username) => Err(Violation::KeycloakEmailTaken { username }.into()),
        None => Ok(()),
    }
}

/// A user as Keycloak is to create it.
struct New {
    username: String,
    representation: Value,
    changes: Vec<edit::FieldChange>,
    role: Option<edit::RoleChange>,
}

impl New {
    fn of(draft: &KeycloakUserDraft, account: &Account<'_>) -> Result<Self, Error> {
        let mut representation = edit::new_user(draft);
        let changes = edit::apply(draft, &mut representation, &account.rules).map_err(violation)?;
        let role =
            edit::role(Some(draft.role), &edit::HeldRoles::default(), &account.rules.roles).map_err(violation)?;
        Ok(Self { username: draft.username.to_string(), representation, changes, role })
    }

    /// An event with every field.
    fn entry(&self, action: Action, id: UserId, first: FirstSignIn) -> crate::audit::Entry {
        let changes = self.changes.iter().chain(self.role.iter().map(|role| &role.change));
        let entry =
            changes.fold(entry(action, id, &self.username), |entry, change| entry.set(change.field, &change.after));
        entry.set(FirstSignIn::FIELD, first.key())
    }
}

struct Creation {
    services: Services,
    can: Can<ManageKeycloakUsers>,
    token: HandoverToken,
}

impl Creation {
    async fn run(self, user: New, first: FirstSignIn, prepared: &Prepared) -> Result<UserId, Error> {
        let began = self.record_beginning(&user, first).await?;
        let created = self.send(&user, first, prepared).await;
        let outcome = match &created {
            Ok(id) => user.entry(Action::KeycloakUserCreated, *id, first),
            Err(problem) => {
                let entry = entry(Action::KeycloakUserCreationFailed, UserId(began.0), &user.username);
                entry.set("why", problem)
            }
        };
        record_outcome(&self.services, self.can.caller(), began, outcome).await?;
        created.map_err(|Problem { field, violation }| match field {
            Some(field) => FieldErrors::one(field, violation).into(),
            None => violation.into(),
        })
    }

    /// Writes that the creation begins. The user has no id yet, so the event is its own target.
    async fn record_beginning(&self, user: &New, first: FirstSignIn) -> Result<EventId, Error> {
        let began = EventId(self.services.new_id());
        let mut change = self.services.change(&self.can).await?;
        let entry = user.entry(Action::KeycloakUserCreationBegan, UserId(began.0), first);
        change.record(entry.with_id(began)).await?;
        change.commit().await?;
        Ok(began)
    }

    async fn send(&self, user: &New, first: FirstSignIn, prepared: &Prepared) -> Result<UserId, Problem> {
        let api =
            self.services.keycloak_admin.as_deref().ok_or_else(|| Problem::none("there is no service account"))?;
        let users = RealmUsers::new(&api.keycloak, &api.realm);
        let password = (first == FirstSignIn::Password).then(|| temporary_password(&self.services.random));
        let how = match (&password, first) {
            (Some(password), _) => HowTo::Password(password),
            (None, FirstSignIn::Mail) => HowTo::Mail,
            (None, _) => HowTo::Other,
        };
        let key = users.insert(user.representation.clone(), how).await.map_err(|fault| Problem::of(user, &fault))?;
        let finished = async {
            users.complete(&key, how, user.role.as_ref(), prepared).await.map_err(Problem::of_failure)?;
            let id = key.parse().map_err(|_| Problem::none("Keycloak gave the user an id that is not a UUID"))?;
            if let Some(password) = &password {
                self.keep(id, password).await?;
            }
            Ok(id)
        };
        match finished.await {
            Ok(id) => Ok(id),
            Err(problem) => match users.delete(&key).await {
                Ok(()) => Err(problem),
                Err(fault) => Err(Problem::incomplete(&user.username, &problem, &fault)),
            },
        }
    }

    /// Without the password the user could not sign in.
    async fn keep(&self, id: UserId, password: &SecretString) -> Result<(), Problem> {
        let session = self.can.caller().actor.session_id;
        let kept = handover::keep(&self.services, session, &self.token, id.0, password.expose_secret()).await;
        kept.map_err(|fault| {
            tracing::error!(%fault, "a temporary password could not be kept");
            Problem::none("the temporary password could not be kept for you")
        })
    }
}

/// A problem, at a field of the form where it belongs to one.
struct Problem {
    field: Option<&'static str>,
    violation: Violation,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.violation.fmt(f)
    }
}

impl Problem {
    fn none(why: &str) -> Self {
        Self { field: None, violation: Violation::KeycloakNotCreated { why: sentence(why) } }
    }

    fn at(violation: Violation) -> Self {
        Self { field: violation.field(), violation }
    }

    /// What Keycloak said about the new user.
    fn of(user: &New, fault: &keycloak_admin::Error) -> Self {
        let (is_taken, said) = match fault {
            keycloak_admin::Error::Exists { said, .. } => (true, said),
            keycloak_admin::Error::Refused { said, status: 400, .. } => (false, said),
            other => return Self::none(&other.to_string()),
        };
        let (said, lower) = (sentence(said), said.to_lowercase());
        if is_taken && lower.contains("email") {
            return Self { field: Some(Column::Email.key()), violation: Violation::KeycloakValueRefused { said } };
        }
        if is_taken {
            return Self::at(Violation::KeycloakUserExists { username: user.username.clone() });
        }
        if lower.contains("password") {
            return Self::at(Violation::KeycloakPasswordPolicy { said });
        }
        let fields = [
            ("username", Column::Username),
            ("email", Column::Email),
            ("firstname", Column::FirstName),
            ("lastname", Column::LastName),
            ("applications_admin", Column::ApplicationsAdmin),
            ("applications", Column::Applications),
        ];
        let named = fields.iter().find(|(name, _)| lower.starts_with(&format!("{name}:")));
        match named {
            Some((_, column)) => {
                Self { field: Some(column.key()), violation: Violation::KeycloakValueRefused { said } }
            }
            None => Self::none(&said),
        }
    }

    fn of_failure(failure: Failure) -> Self {
        match failure {
            Failure::Row(Refusal { reason: Reason::NotInvited(said), .. }) => {
                Self::at(Violation::KeycloakMailNotSent { said: sentence(&said) })
            }
            other => Self::none(&other.into_text()),
        }
    }

    fn incomplete(username: &str, problem: &Self, fault: &keycloak_admin::Error) -> Self {
        let why = sentence(&format!("{problem} {fault}"));
        Self { field: None, violation: Violation::KeycloakUserIncomplete { username: username.to_owned(), why } }
    }
}
