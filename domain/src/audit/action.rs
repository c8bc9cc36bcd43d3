//! The one list of what audit events say: a key for the database, a kind to filter by, and words for people.

use super::TargetType;
use serde::{Deserialize, Serialize};

/// What audit events are filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Accounts and what belongs to them.
    User,
    /// Platform roles and types of users.
    Role,
    /// Signing in and out, passwords, sessions, identities.
    SignIn,
    /// Projects.
    Project,
    /// Members of projects and their roles there.
    Member,
    /// Budgets, their assignments, and spend that is reset.
    Budget,
    /// Gateways.
    Gateway,
    /// The identity provider, and users in Keycloak.
    IdentityProvider,
    /// What Bursar does by itself.
    Job,
    /// Break-glass codes and their sessions.
    BreakGlass,
    /// Files that were downloaded.
    Export,
}

impl Kind {
    /// In the order of the filter.
    pub const ALL: [Self; 11] = [
        Self::User,
        Self::Role,
        Self::SignIn,
        Self::Project,
        Self::Member,
        Self::Budget,
        Self::Gateway,
        Self::IdentityProvider,
        Self::Job,
        Self::BreakGlass,
        Self::Export,
    ];

    /// As it stands in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::SignIn => "sign-in",
            Self::Project => "project",
            Self::Member => "member",
            Self::Budget => "budget",
            Self::Gateway => "gateway",
            Self::IdentityProvider => "identity-provider",
            Self::Job => "job",
            Self::BreakGlass => "break-glass",
            Self::Export => "export",
        }
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Role => "Role",
            Self::SignIn => "Sign-in",
            Self::Project => "Project",
            Self::Member => "Member",
            Self::Budget => "Budget",
            Self::Gateway => "Gateway",
            Self::IdentityProvider => "Identity provider",
            Self::Job => "Job",
            Self::BreakGlass => "Break-glass",
            Self::Export => "Export",
        }
    }

    /// The actions of this kind.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        Action::ALL.iter().copied().filter(move |action| action.kind() == self)
    }

    /// The types of the objects that its events are about.
    pub const fn target_types(self) -> &'static [TargetType] {
        match self {
            Self::User | Self::Role | Self::SignIn | Self::Member => &[TargetType::User],
            Self::Project => &[TargetType::Project],
            Self::Budget => &[TargetType::Budget, TargetType::BudgetGroup, TargetType::User, TargetType::Project],
            Self::Gateway => &[TargetType::Gateway, TargetType::LiteLlm],
            Self::IdentityProvider => &[TargetType::IdentityProvider, TargetType::User, TargetType::AccessAnomaly],
            Self::Job => &[TargetType::Job, TargetType::Delivery],
            Self::BreakGlass => &[TargetType::BreakGlass],
            Self::Export => &[TargetType::Export],
        }
    }

    /// The domain of `/v1` that its events belong to.
    pub const fn domain(self) -> &'static str {
        match self {
            Self::User | Self::Role | Self::SignIn | Self::Member => "user_management",
            Self::Project => "project_management",
            Self::Budget => "budget_management",
            Self::Gateway | Self::IdentityProvider | Self::Job | Self::BreakGlass | Self::Export => {
                "platform_management"
            }
        }
    }
}

/// The event type of `/v1`: the key, unless its contract has another name.
macro_rules! event_type {
    ($key:literal) => {
        $key
    };
    ($key:literal $event_type:literal) => {
        $event_type
    };
}

macro_rules! actions {
    ($($action:ident $key:literal $kind:ident $words:literal $(as $event_type:literal)?;)*) => {
        /// What an audit event says was done. An action without words does not compile.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Action {
            $(#[doc = concat!("`", $key, "`")] $action,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$action,)*];

            /// Its name in the database, which does not change: it is part of the sealed event.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$action => $key,)* }
            }

            /// What it is filtered by.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$action => Kind::$kind,)* }
            }

            /// Stands between the actor and the target: "created user".
            pub const fn words(self) -> &'static str {
                match self { $(Self::$action => $words,)* }
            }

            /// Its name as an activity event of `/v1`.
            pub const fn event_type(self) -> &'static str {
                match self { $(Self::$action => event_type!($key $($event_type)?),)* }
            }
        }
    };
}

actions! {
    UserCreated "user.created" User "created user";
    UserBootstrapped "user.bootstrapped" User "created the first maintainer" as "user.created";
    UserImported "user.imported" User "imported user";
    UserEdited "user.edited" User "edited user" as "user.updated";
    UserProfileRefreshed "user.profile_refreshed" User "updated at sign-in the profile of" as "user.updated";
    UserDeactivated "user.deactivated" User "deactivated user";
    UserDeactivationUndone "user.deactivation_undone" User "undid the deactivation of" as "user.updated";
    UserReactivated "user.reactivated" User "reactivated user" as "user.updated";
    UserProjectLimitChanged "user.project_limit_changed" User "changed the project limit of" as "user.updated";
    UserDefaultProjectChanged "user.default_project_changed" User "changed the default project of" as "user.updated";
    UserAddressChanged "user.address_changed" User "changed the e-mail address of" as "user.updated";
    UserAddressReleased "user.address_released" User "released the e-mail address of" as "user.updated";
    UserRoleChanged "user.role_changed" Role "changed the platform role of" as "user.updated";
    UserRoleChangeUndone "user.role_change_undone" Role "undid a role change of" as "user.updated";
    UserKindChanged "user.kind_changed" Role "changed the type of" as "user.updated";
    UserSignedIn "user.signed_in" SignIn "signed in as" as "user.login";
    UserSignInFailed "user.sign_in_failed" SignIn "failed to sign in as";
    UserReauthenticated "user.reauthenticated" SignIn "re-authenticated as";
    UserReauthenticationFailed "user.reauthentication_failed" SignIn "failed to re-authenticate as";
    UserSignedOut "user.signed_out" SignIn "signed out as" as "user.logout";
    UserSignedOutEverywhere "user.signed_out_everywhere" SignIn "signed out everywhere as" as "user.logout";
    UserSignedOutByProvider "user.signed_out_by_provider" SignIn "signed out" as "user.logout";
    UserSessionEnded "user.session_ended" SignIn "ended another session of" as "user.logout";
    UserUnlocked "user.unlocked" SignIn "unlocked";
    UserSessionsEnded "user.sessions_ended" SignIn "revoked the sessions of";
    UserPasswordChanged "user.password_changed" SignIn "changed the password of";
    UserPasswordSet "user.password_set" SignIn "set the password of";
    UserOneTimePasswordIssued "user.one_time_password_issued" SignIn "issued a one-time password to";
    UserIdentityLinked "user.identity_linked" SignIn "linked an identity to";
    UserIdentityUnlinked "user.identity_unlinked" SignIn "unlinked an identity from";
    UserIdentityConflictDismissed "user.identity_conflict_dismissed" SignIn "dismissed an identity conflict of";
    UserBudgetAssigned "user.budget_assigned" Budget "assigned a budget to" as "budget.user_assignment.created";
    UserBudgetUnassigned "user.budget_unassigned" Budget "unassigned a budget from" as "budget.user_assignment.deleted";
    UserBudgetAssignmentUndone "user.budget_assignment_undone" Budget "undid the assignment of a budget to"
        as "budget.user_assignment.deleted";
    UserBudgetUnassignmentUndone "user.budget_unassignment_undone" Budget "assigned a budget again to"
        as "budget.user_assignment.created";
    UserBudgetsChanged "user.budgets_changed" Budget "changed the budgets of" as "budget.user_assignment.created";
    UserBudgetRequested "user.budget_requested" Budget "requested a budget for";
    UserBudgetRequestApproved "user.budget_request_approved" Budget "approved the budget request of";
    UserBudgetRequestDeclined "user.budget_request_declined" Budget "declined the budget request of";
    UserBudgetRequestWithdrawn "user.budget_request_withdrawn" Budget "withdrew the budget request of";
    UserBudgetReset "user.budget_reset" Budget "reset the spend of" as "budget.user_assignment.reset";
    ProjectCreated "project.created" Project "created project";
    ProjectEdited "project.edited" Project "edited project" as "project.updated";
    ProjectKindChanged "project.kind_changed" Project "changed the type of project" as "project.updated";
    ProjectOwnershipChanged "project.ownership_changed" Project "transferred the ownership of";
    ProjectDeleted "project.deleted" Project "deleted project";
    ProjectDeletionUndone "project.deletion_undone" Project "undid the deletion of" as "project.restored";
    ProjectRestored "project.restored" Project "restored project";
    ProjectPurged "project.purged" Project "removed for good the deleted project";
    ProjectMemberAdded "project.member_added" Member "added a member to" as "user.project.assigned";
    ProjectMemberRemoved "project.member_removed" Member "removed a member from" as "user.project.removed";
    ProjectMemberRoleChanged "project.member_role_changed" Member "changed a member’s role in" as "user.project.role_updated";
    ProjectMemberAdditionUndone "project.member_addition_undone" Member "undid the addition of a member to"
        as "user.project.removed";
    ProjectMemberRemovalUndone "project.member_removal_undone" Member "undid the removal of a member from"
        as "user.project.assigned";
    ProjectMemberRoleChangeUndone "project.member_role_change_undone" Member "undid a member’s role change in"
        as "user.project.role_updated";
    ProjectBudgetAssigned "project.budget_assigned" Budget "assigned a budget to project";
    ProjectBudgetUnassigned "project.budget_unassigned" Budget "unassigned a budget from project";
    ProjectBudgetAssignmentUndone "project.budget_assignment_undone" Budget "undid the assignment of a budget to project";
    ProjectBudgetUnassignmentUndone "project.budget_unassignment_undone" Budget "assigned a budget again to project";
    ProjectBudgetRequested "project.budget_requested" Budget "requested a budget for project";
    ProjectBudgetRequestApproved "project.budget_request_approved" Budget "approved the budget request of project";
    ProjectBudgetRequestDeclined "project.budget_request_declined" Budget "declined the budget request of project";
    ProjectBudgetRequestWithdrawn "project.budget_request_withdrawn" Budget "withdrew the budget request of project";
    ProjectBudgetReset "project.budget_reset" Budget "reset the spend of project" as "budget.project_budget.reset";
    BudgetCreated "budget.created" Budget "created budget";
    BudgetEdited "budget.edited" Budget "edited budget" as "budget.updated";
    BudgetDefaultSet "budget.default_set" Budget "made the default of its category" as "budget.updated";
    BudgetDefaultCleared "budget.default_cleared" Budget "stopped using as default" as "budget.updated";
    BudgetDeleted "budget.deleted" Budget "deleted budget";
    BudgetDeletionUndone "budget.deletion_undone" Budget "undid the deletion of" as "budget.created";
    SplitBudgetCreated "budget.project_budget.created" Budget "created the project budget";
    SplitBudgetUpdated "budget.project_budget.updated" Budget "edited the project budget";
    SplitBudgetDeleted "budget.project_budget.deleted" Budget "deleted the project budget";
    SplitBudgetRebalanced "budget.project_budget.rebalanced" Budget "shared out equally the project budget";
    BudgetGroupCreated "budget.project_budget_group.created" Budget "created the budget group";
    BudgetGroupUpdated "budget.project_budget_group.updated" Budget "edited the budget group";
    BudgetGroupDeleted "budget.project_budget_group.deleted" Budget "deleted the budget group";
    BudgetGroupRebalanced "budget.project_budget_group.rebalanced" Budget "shared out equally the budget group";
    MemberAllocationOverridden "budget.member_allocation.overridden" Budget "fixed a member’s share of";
    MemberAllocationOverrideCleared "budget.member_allocation.override_cleared" Budget "cleared a member’s fixed share of";
    GatewayCreated "gateway.created" Gateway "created gateway";
    GatewayRevoked "gateway.revoked" Gateway "revoked gateway";
    LiteLlmPushStarted "litellm.push_started" Gateway "started pushing budgets to";
    LiteLlmPushStopped "litellm.push_stopped" Gateway "stopped pushing budgets to";
    LiteLlmPushedAgain "litellm.pushed_again" Gateway "pushed again what differed in";
    IdentityProviderIssuerMoved "identity_provider.issuer_moved" IdentityProvider "moved identities to";
    IdentityProviderImportPlanned "identity_provider.import_planned" IdentityProvider "planned an import from";
    IdentityProviderImportStarted "identity_provider.import_started" IdentityProvider "started an import from";
    IdentityProviderImportStopped "identity_provider.import_stopped" IdentityProvider "stopped an import from";
    AccessSnapshotRequested "access_snapshot.requested" IdentityProvider "requested an access snapshot of";
    AccessSnapshotTaken "access_snapshot.taken" IdentityProvider "took an access snapshot of";
    AnomalyAccepted "access_anomaly.accepted" IdentityProvider "accepted the anomaly";
    AnomalyAcceptanceEnded "access_anomaly.acceptance_ended" IdentityProvider "ended the acceptance of the anomaly";
    KeycloakUserCreationBegan "keycloak_user.creation_began" IdentityProvider "began to create in Keycloak the user";
    KeycloakUserCreated "keycloak_user.created" IdentityProvider "created in Keycloak the user";
    KeycloakUserCreationFailed "keycloak_user.creation_failed" IdentityProvider "failed to create in Keycloak the user";
    KeycloakUserChangeBegan "keycloak_user.change_began" IdentityProvider "began to change in Keycloak the user";
    KeycloakUserChanged "keycloak_user.changed" IdentityProvider "changed in Keycloak the user";
    KeycloakUserChangeFailed "keycloak_user.change_failed" IdentityProvider "failed to change in Keycloak the user";
    JobRequested "job.requested" Job "ran before its time the job";
    DeliveryRetried "delivery.retried" Job "retried the delivery of";
    BreakGlassIssued "break_glass.issued" BreakGlass "issued a code for";
    BreakGlassUsed "break_glass.used" BreakGlass "began a session of";
    BreakGlassRefused "break_glass.refused" BreakGlass "was refused";
    BreakGlassRevoked "break_glass.revoked" BreakGlass "revoked a code of";
    BreakGlassSessionRevoked "break_glass.session_revoked" BreakGlass "revoked a session of";
    BreakGlassExpired "break_glass.expired" BreakGlass "let expire a code of";
    Exported "export.downloaded" Export "exported";
}

impl Action {
    /// From its [`key`](Self::key); `None` for what another release wrote.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn action_is_found_by_its_key_alone() {
        let keys: HashSet<_> = Action::ALL.iter().map(|action| action.key()).collect();
        assert_eq!(keys.len(), Action::ALL.len());
        for action in Action::ALL {
            assert_eq!(Action::from_key(action.key()), Some(*action));
        }
        assert_eq!(Action::from_key("user.adopted"), None);
    }

    #[test]
    fn action_belongs_to_a_kind_of_the_filter() {
        assert_eq!(Kind::ALL.into_iter().flat_map(Kind::actions).count(), Action::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.actions().next().is_some(), "{kind:?}");
        }
    }
}
