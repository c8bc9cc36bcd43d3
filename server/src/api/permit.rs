//! Asking the permission table, with refusals in the words that clients of the wire compare.

use super::error::ApiError;
use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::{Asks, Permission, Scope, ViewMemberShares, ViewUsers, scope};
use domain::role::Role;
use services::guard::{Caller, Can};
use services::views::ReadScope;

/// Asks for something on the platform.
///
/// # Errors
/// 403, saying which roles may.
pub fn on_platform<P: Asks>(caller: &Caller) -> Result<Can<P>, ApiError> {
    caller.can(Target::Platform).map_err(|refusal| in_words(P::PERMISSION, refusal))
}

/// Asks which users the caller may read.
///
/// # Errors
/// 403, saying which roles may on the platform.
pub fn users_in_scope(caller: &Caller) -> Result<ReadScope<ViewUsers>, ApiError> {
    ReadScope::<ViewUsers>::of(caller).map_err(|refusal| in_words(Permission::ViewUsers, refusal))
}

/// Asks in which projects the caller may read the shares of members.
///
/// # Errors
/// 403, saying which roles may on the platform.
pub fn shares_in_scope(caller: &Caller) -> Result<ReadScope<ViewMemberShares>, ApiError> {
    ReadScope::<ViewMemberShares>::of(caller).map_err(|refusal| in_words(Permission::ViewMemberShares, refusal))
}

fn in_words(permission: Permission, refusal: Refusal) -> ApiError {
    match refusal {
        refusal @ Refusal::Forbidden(_) => ApiError::from(refusal).detailed(who_may(permission)),
        refusal => refusal.into(),
    }
}

/// The sentence of the wire contract, from the roles that the table names.
fn who_may(permission: Permission) -> String {
    let roles = [Role::Admin, Role::Maintainer, Role::Auditor];
    let names = roles.into_iter().filter(|role| scope(permission, *role) == Some(Scope::Platform));
    let names: Vec<&str> = names
        .map(|role| match role {
            Role::Admin => "administrator",
            Role::Maintainer => "maintainer",
            _ => "auditor",
        })
        .collect();
    let roles = match names.as_slice() {
        [first, second] => format!("{first} or {second}"),
        [first, second, third] => format!("{first}, {second}, or {third}"),
        names => names.concat(),
    };
    format!("This action requires {roles} privileges.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_clients_compare() {
        let says = |permission| who_may(permission);
        assert_eq!(says(Permission::ManageUsers), "This action requires administrator or maintainer privileges.");
        assert_eq!(
            says(Permission::ViewUsers),
            "This action requires administrator, maintainer, or auditor privileges."
        );
        assert_eq!(says(Permission::ManageBudgets), "This action requires maintainer privileges.");
    }
}
