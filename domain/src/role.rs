//! Roles, on the platform and in a project.

use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// Every role of the access table, in falling order of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Everything an admin may, budgets, and the roles of others.
    Maintainer,
    /// People and projects of the whole platform; reads budgets.
    Admin,
    /// Reads everything, changes nothing.
    Auditor,
    /// Manages one project.
    ProjectAdmin,
    /// Works in one project.
    Member,
    /// Signed in, nothing more.
    User,
    /// Signed in from outside; cannot create projects.
    External,
}

impl Role {
    /// In falling order of reach.
    pub const ALL: [Self; 7] =
        [Self::Maintainer, Self::Admin, Self::Auditor, Self::ProjectAdmin, Self::Member, Self::User, Self::External];

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Maintainer => "Maintainer",
            Self::Admin => "Admin",
            Self::Auditor => "Auditor",
            Self::ProjectAdmin => "Project admin",
            Self::Member => "Member",
            Self::User => "User",
            Self::External => "External user",
        }
    }

    /// Those who hold it, within a sentence.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Maintainer => "maintainers",
            Self::Admin => "admins",
            Self::Auditor => "auditors",
            Self::ProjectAdmin => "project admins of the project",
            Self::Member => "members of the project",
            Self::User => "regular users",
            Self::External => "external users",
        }
    }
}

/// The platform roles a person holds.
///
/// Invariants, also constraints of the table `users`: a maintainer is an admin, and an auditor is neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PlatformRole {
    /// No platform role.
    #[default]
    User,
    /// `users.is_auditor`
    Auditor,
    /// `users.is_admin`
    Admin,
    /// `users.is_admin` and `users.is_maintainer`
    Maintainer,
}

impl PlatformRole {
    /// In rising order of reach.
    pub const ALL: [Self; 4] = [Self::User, Self::Auditor, Self::Admin, Self::Maintainer];

    /// From the columns of `users`; the constraints leave no other combination.
    pub const fn from_flags(is_maintainer: bool, is_admin: bool, is_auditor: bool) -> Self {
        match (is_maintainer, is_admin, is_auditor) {
            (true, _, _) => Self::Maintainer,
            (false, true, _) => Self::Admin,
            (false, false, true) => Self::Auditor,
            (false, false, false) => Self::User,
        }
    }

    /// Whether `users.is_maintainer` is set.
    pub const fn is_maintainer(self) -> bool {
        matches!(self, Self::Maintainer)
    }

    /// Whether `users.is_admin` is set.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::Maintainer)
    }

    /// Whether `users.is_auditor` is set.
    pub const fn is_auditor(self) -> bool {
        matches!(self, Self::Auditor)
    }

    /// Rank for the rule that no user changes a user of higher rank.
    pub const fn rank(self) -> u8 {
        match self {
            Self::User | Self::Auditor => 0,
            Self::Admin => 1,
            Self::Maintainer => 2,
        }
    }

    /// The role of the permission table; `None` where only the type of the user counts.
    pub const fn counts_as(self) -> Option<Role> {
        match self {
            Self::User => None,
            Self::Auditor => Some(Role::Auditor),
            Self::Admin => Some(Role::Admin),
            Self::Maintainer => Some(Role::Maintainer),
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Auditor => "Auditor",
            Self::Admin => "Admin",
            Self::Maintainer => "Maintainer",
        }
    }

    /// As it stands in a URL or a form.
    pub const fn key(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
            Self::Maintainer => "maintainer",
        }
    }

    /// Reads [`PlatformRole::key`].
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "user, auditor, admin or maintainer")
    }
}

/// The role columns of `users` as stored. The console writes `is_auditor` without `is_admin`; an operator's statement can
/// leave both set, which then counts as admin ([`PlatformRole::from_flags`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleColumns {
    /// `users.is_admin`
    pub is_admin: bool,
    /// `users.is_maintainer`
    pub is_maintainer: bool,
    /// `users.is_auditor`
    pub is_auditor: bool,
}

impl RoleColumns {
    /// The role that takes effect.
    pub const fn role(self) -> PlatformRole {
        PlatformRole::from_flags(self.is_maintainer, self.is_admin, self.is_auditor)
    }

    /// Whether the auditor column is set beside a role that includes it.
    pub const fn keeps_auditor(self) -> bool {
        self.is_admin && self.is_auditor
    }

    /// These columns with another role. Between admin and maintainer an auditor column that is set stays set, so that a
    /// mistaken grant and its correction leave the row as it was.
    #[must_use]
    pub const fn with_role(self, role: PlatformRole) -> Self {
        let columns = Self::of(role);
        Self { is_auditor: columns.is_auditor || (role.is_admin() && self.keeps_auditor()), ..columns }
    }

    /// The columns of a role alone.
    pub const fn of(role: PlatformRole) -> Self {
        Self { is_admin: role.is_admin(), is_maintainer: role.is_maintainer(), is_auditor: role.is_auditor() }
    }
}

/// A change of roles as programs write it, flag by flag; what is not given stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoleFlags {
    /// `is_admin`
    pub admin: Option<bool>,
    /// `is_maintainer`; true makes an admin too.
    pub maintainer: Option<bool>,
    /// `is_auditor`; admins and maintainers are none.
    pub auditor: Option<bool>,
}

impl RoleFlags {
    /// The role that somebody who holds `role` ends up with.
    pub const fn applied_to(self, role: PlatformRole) -> PlatformRole {
        let maintainer = match (self.maintainer, self.admin) {
            (Some(flag), _) => flag,
            // Who is no admin is no maintainer.
            (None, Some(false)) => false,
            (None, _) => role.is_maintainer(),
        };
        let admin = match self.admin {
            Some(flag) => flag,
            None => role.is_admin(),
        };
        let auditor = match self.auditor {
            Some(flag) => flag,
            None => role.is_auditor(),
        };
        PlatformRole::from_flags(maintainer, admin, auditor)
    }
}

/// What somebody is in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectRole {
    /// Works in it.
    Member,
    /// Manages its members and its facts.
    Admin,
    /// The one person of a personal project; fixed.
    Owner,
}

impl ProjectRole {
    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Admin => "Project admin",
            Self::Owner => "Owner",
        }
    }

    /// As it stands in a form.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads a role that can be given; nobody is made an owner.
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        match raw {
            "member" => Ok(Self::Member),
            "admin" => Ok(Self::Admin),
            _ => Err(Violation::unknown_choice("member or project admin")),
        }
    }

    /// The role of the permission table. An owner sees the personal project but manages nothing in it: its one member is
    /// fixed.
    pub const fn counts_as(self) -> Role {
        match self {
            Self::Member | Self::Owner => Role::Member,
            Self::Admin => Role::ProjectAdmin,
        }
    }

    /// Whether `user_projects.is_project_admin` is set.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PlatformRole::{Admin, Auditor, Maintainer, User};

    #[test]
    fn stored_auditor_column_survives_a_mistaken_grant_and_its_correction() {
        let leftover = RoleColumns { is_auditor: true, ..RoleColumns::of(Admin) };
        assert_eq!(leftover.role(), Admin);
        assert!(leftover.keeps_auditor());
        assert_eq!(leftover.with_role(Maintainer).with_role(Admin), leftover);
        assert_eq!(leftover.with_role(User), RoleColumns::of(User));
        assert_eq!(leftover.with_role(Auditor), RoleColumns::of(Auditor));
        for former in PlatformRole::ALL {
            for granted in PlatformRole::ALL {
                let columns = RoleColumns::of(former);
                assert_eq!(columns.with_role(granted), RoleColumns::of(granted));
                assert_eq!(columns.with_role(granted).with_role(former), columns);
            }
        }
    }

    #[test]
    fn flags_change_what_they_name_and_nothing_else() {
        let none = RoleFlags::default();
        let admin = |flag| RoleFlags { admin: Some(flag), ..none };
        let maintainer = |flag| RoleFlags { maintainer: Some(flag), ..none };
        let auditor = |flag| RoleFlags { auditor: Some(flag), ..none };
        for role in PlatformRole::ALL {
            assert_eq!(none.applied_to(role), role);
        }
        assert_eq!(maintainer(true).applied_to(User), Maintainer);
        assert_eq!(maintainer(false).applied_to(Maintainer), Admin);
        assert_eq!(admin(false).applied_to(Maintainer), User);
        assert_eq!(admin(true).applied_to(Maintainer), Maintainer);
        assert_eq!(admin(true).applied_to(Auditor), Admin);
        assert_eq!(auditor(true).applied_to(User), Auditor);
        assert_eq!(auditor(false).applied_to(Auditor), User);
        assert_eq!(auditor(true).applied_to(Admin), Admin);
    }
}
