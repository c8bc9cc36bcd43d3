//! Users: who they are, which platform role they hold, and whether they may sign in.
//!
//! No user changes a user of higher rank, nor their own role or state. Changes of rights and states run one after the
//! other, each with the rights that hold then. So the user who makes the last of them keeps their rank: the last active
//! admin and the last maintainer cannot be lost.

mod address;
mod create;
mod default_project;
mod edit;
mod locked_user;
mod one_time_password;
mod personal_project;
mod roles;
mod state;

pub use address::release_address;
pub use create::{NewAccount, check_can_create, create, create_with_password};
pub use default_project::set_default_project;
pub use edit::{edit, username_of};
pub use roles::{set_auditor, set_platform_role, undo_role_change};
pub use state::{
    deactivate, end_sessions, issue_one_time_password, reactivate, set_password, undo_deactivation, unlock,
};

pub(crate) use one_time_password::one_time_password;
pub(crate) use personal_project::{
    adopt_personal_project, ensure_personal_project, make_personal_project, rename_personal_project,
    rename_personal_projects,
};
