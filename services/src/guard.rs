//! Proofs of permission. Forgetting a check does not compile: a change takes a [`Can`], and only the guard makes one.

use domain::actor::{Actor, Target};
use domain::error::Refusal;
use domain::permission::{Asks, Permission};
use std::marker::PhantomData;

/// The signed-in user behind a request, and the request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Rights as read for this request.
    pub actor: Actor,
    /// For logs, error pages and the audit log.
    pub request_id: String,
    /// It came with a Bearer token, not with a cookie that a browser adds by itself.
    pub sent_bearer: bool,
}

/// Proof that the permission table grants `P` for one target.
#[derive(Clone, Debug)]
pub struct Can<P: Asks> {
    caller: Caller,
    target: Target,
    permission: PhantomData<P>,
}

impl Caller {
    /// Asks the permission table.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what does not exist in this mode, and for a project that the user may not see;
    /// otherwise [`Refusal::Forbidden`], which says why and who may.
    pub fn can<P: Asks>(&self, target: Target) -> Result<Can<P>, Refusal> {
        check(&self.actor, P::PERMISSION, target)?;
        Ok(Can { caller: self.clone(), target, permission: PhantomData })
    }
}

impl<P: Asks> Can<P> {
    /// Who was granted it.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What it was granted for.
    pub const fn target(&self) -> Target {
        self.target
    }
}

/// Asks the permission table.
pub(crate) fn check(actor: &Actor, permission: Permission, target: Target) -> Result<(), Refusal> {
    if actor.may(permission, target) {
        return Ok(());
    }
    if actor.password_change_due {
        return Err(Refusal::PasswordChangeDue);
    }
    if !actor.mode.has(permission) {
        return Err(Refusal::NotFound);
    }
    if matches!(target, Target::Project(_)) && !actor.may(Permission::ViewProject, target) {
        return Err(Refusal::NotFound);
    }
    Err(Refusal::Forbidden(actor.refusal(permission, target)))
}
