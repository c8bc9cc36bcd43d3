//! The explanation says yes exactly where the guard lets the action pass.

use super::*;
use crate::actor::{Actor, Target};
use crate::id::{ProjectId, SessionId, UserId};
use crate::mode::Mode;
use crate::project::ProjectName;
use uuid::Uuid;

const PROJECT: ProjectId = ProjectId(Uuid::from_u128(10));

fn assignment(role: ProjectRole, is_open: bool) -> Assignment {
    let is_personal = role == ProjectRole::Owner;
    Assignment {
        project_id: PROJECT,
        name: ProjectName::parse_existing("atlas").expect("a name"),
        title: "Atlas".to_owned(),
        kind: if is_personal { ProjectKind::Personal } else { ProjectKind::Shared },
        role,
        is_only_admin: false,
        is_default: false,
        granted_by: (!is_personal).then(|| "Aoife".to_owned()),
        since: Some(time::macros::datetime!(2026-03-02 09:00 UTC)),
        is_open,
    }
}

fn subject(standing: Standing) -> Subject {
    let role_granted = Granted { by: Some("Aoife".to_owned()), since: None };
    Subject { standing, role_granted, status: UserStatus::Active, password_change_due: false }
}

/// The actor of a session of that user.
fn actor(subject: &Subject, held: Option<&Assignment>) -> Actor {
    let Standing { mode, role, kind } = subject.standing;
    let open = held.filter(|held| held.is_open);
    Actor {
        user_id: UserId(Uuid::from_u128(1)),
        session_id: SessionId(Uuid::from_u128(2)),
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        email_verified: true,
        mode,
        role,
        kind,
        projects: open.map(|held| (held.project_id, held.role)).into_iter().collect(),
        password_change_due: subject.password_change_due,
        break_glass: None,
    }
}

/// Every combination of mode, platform role, type, place in the project and state of the account.
fn everybody() -> Vec<(Subject, Option<Assignment>)> {
    let places: Vec<Option<Assignment>> = [ProjectRole::Member, ProjectRole::Admin, ProjectRole::Owner]
        .into_iter()
        .flat_map(|role| [true, false].map(|is_open| Some(assignment(role, is_open))))
        .chain([None])
        .collect();
    let mut all = Vec::new();
    for mode in [Mode::Platform, Mode::Keycloak] {
        for role in PlatformRole::ALL {
            for kind in UserKind::ALL {
                for place in &places {
                    for status in [UserStatus::Active, UserStatus::NeverSignedIn, UserStatus::Deactivated] {
                        for password_change_due in [false, true] {
                            let standing = Standing { mode, role, kind };
                            let subject = Subject { status, password_change_due, ..subject(standing) };
                            all.push((subject, place.clone()));
                        }
                    }
                }
            }
        }
    }
    all
}

#[test]
fn explanation_says_yes_exactly_where_the_guard_does_and_with_a_path() {
    let (mut yes, mut no) = (0, 0);
    for (subject, held) in everybody() {
        let actor = actor(&subject, held.as_ref());
        let can_sign_in = subject.status != UserStatus::Deactivated;
        for permission in Permission::ALL.iter().copied() {
            let anywhere = [Target::Platform, Target::Own].into_iter().any(|target| actor.may(permission, target));
            let in_project = actor.may(permission, Target::Project(PROJECT));
            for (project, may) in [(None, anywhere), (Some(held.as_ref()), in_project)] {
                let explained = subject.explain(permission, project);
                let context = format!("{subject:?} {held:?} {permission:?} {project:?}: {explained:?}");
                assert_eq!(explained.is_allowed(), may && can_sign_in, "{context}");
                assert!(!explained.is_allowed() || !explained.paths.is_empty(), "{context}");
                for path in &explained.paths {
                    assert_eq!(subject.standing.mode.scope(permission, path.role), Some(path.scope), "{context}");
                    assert!(!path.steps.is_empty(), "{context}");
                }
                if may { yes += 1 } else { no += 1 }
            }
        }
    }
    assert!(yes > 1_000 && no > 1_000, "{yes} {no}");
}

fn words(explained: &Explanation) -> Vec<String> {
    let step = |step: &Step| format!("{} {}", step.kind.title(), step.value);
    explained.paths.iter().map(|path| path.steps.iter().map(step).collect::<Vec<_>>().join(" > ")).collect()
}

const REGULAR: Standing = Standing { mode: Mode::Platform, role: PlatformRole::User, kind: UserKind::Regular };

#[test]
fn every_path_is_named_so_that_removing_one_is_not_taken_for_enough() {
    let admin = subject(Standing { role: PlatformRole::Admin, ..REGULAR });
    let held = assignment(ProjectRole::Admin, true);
    let explained = admin.explain(Permission::ManageMembers, Some(Some(&held)));
    assert_eq!(
        words(&explained),
        ["role Admin > granted by Aoife", "project Atlas > role Project admin > granted by Aoife"]
    );
}

#[test]
fn deactivated_user_is_told_apart_from_one_without_a_grant() {
    let active = subject(Standing { role: PlatformRole::Admin, ..REGULAR });
    let deactivated = Subject { status: UserStatus::Deactivated, ..active };
    let explained = deactivated.explain(Permission::ManageUsers, None);
    assert_eq!((explained.obstacle.as_ref(), explained.paths.len()), (Some(&Obstacle::Deactivated), 1));
    let refused = deactivated.explain(Permission::ManageBudgets, None);
    assert_eq!(refused.obstacle, Some(Obstacle::RoleMissing { holders: "maintainers".to_owned() }));
}

#[test]
fn obstacle_names_the_rule_that_stands_in_the_way() {
    let external = subject(Standing { kind: UserKind::External, ..REGULAR });
    let obstacle = |subject: &Subject, permission, held: Option<Assignment>| {
        subject.explain(permission, Some(held.as_ref())).obstacle.map(|obstacle| obstacle.key())
    };
    let (admin, member) = (|open| Some(assignment(ProjectRole::Admin, open)), assignment(ProjectRole::Member, true));
    assert_eq!(obstacle(&external, Permission::ViewProject, admin(false)), Some("closed_to_external_users"));
    assert_eq!(obstacle(&external, Permission::ManageMembers, admin(true)), Some("external_counts_as_member"));
    assert_eq!(obstacle(&external, Permission::ViewProject, admin(true)), None);
    let regular = subject(REGULAR);
    assert_eq!(obstacle(&regular, Permission::ManageMembers, None), Some("not_a_member"));
    assert_eq!(obstacle(&regular, Permission::ManageMembers, Some(member)), Some("role_missing"));
    assert_eq!(obstacle(&regular, Permission::ManageBudgets, None), Some("role_missing"));
    let auditor = subject(Standing { role: PlatformRole::Auditor, ..REGULAR });
    assert_eq!(auditor.explain(Permission::CreateProject, None).obstacle.map(|o| o.key()), Some("role_missing"));
}

#[test]
fn owner_of_a_personal_project_came_to_it_with_the_account() {
    let explained =
        subject(REGULAR).explain(Permission::ViewProject, Some(Some(&assignment(ProjectRole::Owner, true))));
    assert_eq!(words(&explained), ["project Atlas > role Owner > rule With the account"]);
}
