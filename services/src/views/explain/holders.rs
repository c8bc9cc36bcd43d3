//! Who can do something: users with a role on the platform first, then the members of the project.

use super::{RoleEvent, check_kept_here};
use crate::Services;
use crate::actor::{project_role, user_kind};
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::{Keyset, SortKey};
use crate::search::{FEW, Hits, SearchedPage};
use crate::views::project_page;
use domain::actor::{Place, Standing};
use domain::explain::{AccessUser, HolderRow, NamedProject, PermissionHolders, Subject};
use domain::id::UserId;
use domain::mode::Mode;
use domain::page::{Cursor, Direction, Page, PageSize};
use domain::permission::{Permission, ViewAccessMatrix};
use domain::project::{ProjectFacts, ProjectKind, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{Assignment, UserKind, UserStatus};
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

const NAME: SortKey = SortKey::text("u.name collate name_order");

/// A page of the users whose roles grant a permission on the platform or, with a project, in it, each with every path.
/// Users whose grant has no effect, such as deactivated ones, are among them with the reason. At most two statements.
///
/// # Errors
/// [`domain::error::Refusal::Rule`] where the identity provider keeps the rights;
/// [`domain::error::Refusal::NotFound`] when no project in use has the name.
pub async fn holders(
    services: &Services,
    _can: &Can<ViewAccessMatrix>,
    permission: Permission,
    project: Option<&ProjectName>,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<PermissionHolders, Error> {
    holders_for_operator(services, permission, project, cursor, size).await
}

/// The same for an operator at the command line.
///
/// # Errors
/// As [`holders`].
pub async fn holders_for_operator(
    services: &Services,
    permission: Permission,
    project: Option<&ProjectName>,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<PermissionHolders, Error> {
    check_kept_here(services)?;
    let project = match project {
        Some(name) => Some(project_page::read_facts(services, name).await?.0),
        None => None,
    };
    let question = Question { permission, project: project.as_ref() };
    let rows: Vec<Row> = question.statement(cursor, size).build_query_as().fetch_all(&services.pool).await?;
    let place = |row: &Row| (Some(format!("{}{}", row.section, row.name)), row.id);
    let page = Page::from_keyset(rows, size, cursor.filter(|cursor| Section::of(cursor).is_some()), place);
    let page = page.try_map(|row| question.explain(services, row))?;
    let named = |facts: &ProjectFacts| NamedProject { name: facts.name.to_string(), title: facts.title().to_owned() };
    Ok(PermissionHolders { permission, project: project.as_ref().map(named), page })
}

/// A part of the list. The key of a cursor begins with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Platform,
    Project,
}

impl Section {
    const fn number(self) -> char {
        match self {
            Self::Platform => '0',
            Self::Project => '1',
        }
    }

    /// The section of the row that a cursor names, and the row's name.
    fn of(cursor: &Cursor) -> Option<(Self, &str)> {
        let key = cursor.key.as_deref()?;
        let section = [Self::Platform, Self::Project].into_iter().find(|section| key.starts_with(section.number()))?;
        Some((section, key.get(1..)?))
    }
}

/// Who is looked for.
struct Question<'a> {
    permission: Permission,
    project: Option<&'a ProjectFacts>,
}

impl Question<'_> {
    /// The rows of the page, one more than it shows, from both sections.
    fn statement(&self, cursor: Option<&Cursor>, size: PageSize) -> QueryBuilder<Postgres> {
        let at = cursor.and_then(|cursor| Some((cursor, Section::of(cursor)?)));
        let backwards = at.is_some_and(|(cursor, _)| cursor.direction == Direction::Before);
        let direction = if backwards { "desc" } else { "asc" };
        let order = format!(" order by u.section {direction}, u.name collate name_order {direction}, u.id {direction}");
        let mut sql = QueryBuilder::new(
            "select u.section, u.id, u.name, u.email, u.user_type, u.is_admin, u.is_maintainer, u.is_auditor, u.is_active,
                    u.locked_until, u.last_sign_in_at, u.password_change_due,
                    m.is_project_admin, m.created_at as member_since, g.name as member_granted_by,
                    e.actor as role_actor, e.at as role_at, e.role as role_set
             from (select * from (",
        );
        for section in [Section::Platform, Section::Project].into_iter().take(1 + usize::from(self.project.is_some())) {
            // The section of the cursor goes on from its row; of the others those beyond it are read from their end.
            let (within, is_read) = match at {
                Some((cursor, (here, name))) if here == section => {
                    (Some(Cursor { key: Some(name.to_owned()), ..cursor.clone() }), true)
                }
                Some((_, (here, _))) => (None, (here < section) != backwards),
                None => (None, true),
            };
            let keyset = Keyset::new(NAME, "u", backwards && within.is_none(), size, within.as_ref());
            sql.push(if section == Section::Platform { "(" } else { ") union all (" });
            self.push_section(&mut sql, section, &keyset, is_read);
        }
        sql.push(")) u").push(&order).push(format_args!(" limit {}) u", u32::from(size.rows()) + 1));
        sql.push(" left join user_projects m on m.user_id = u.id and m.project_id = ");
        sql.push_bind(self.project.map(|project| project.id.0));
        sql.push(
            " left join users g on g.id = m.granted_by
              left join lateral (
                select a.actor, a.at, c.change ->> 'after' as role
                from audit_log a cross join lateral jsonb_array_elements(a.changes) c (change)
                where a.target_id = u.id and c.change ->> 'field' = 'role'
                order by a.at desc, a.id desc limit 1) e on u.is_admin or u.is_auditor",
        );
        sql.push(order);
        sql
    }

    fn push_section(&self, sql: &mut QueryBuilder<Postgres>, section: Section, keyset: &Keyset<'_>, is_read: bool) {
        let push_rows = |sql: &mut QueryBuilder<Postgres>| {
            sql.push(format_args!(" from users u where {is_read}"));
            sql.push(if section == Section::Platform { " and (" } else { " and not (" });
            self.push_holds_on_platform(sql);
            sql.push(")");
            keyset.push_condition(sql);
        };
        let push_order = |sql: &mut QueryBuilder<Postgres>| keyset.push_order(sql);
        sql.push(format_args!("select {} as section, u.*", section.number()));
        match self.project.filter(|_| section == Section::Project) {
            Some(project) if self.is_for_members() && is_large(project) => {
                sql.push(" from (");
                let (limit, offset) = (keyset.limit(), 0);
                let page = SearchedPage { alias: "u", push_rows: &push_rows, push_order: &push_order, limit, offset };
                Hits::of_large_project(&project.name).push_page(sql, &page);
                sql.push(") u");
            }
            Some(project) => {
                push_rows(sql);
                sql.push(" and u.id = any(array(select f.user_id from user_projects f where f.project_id = ");
                sql.push_bind(project.id.0);
                sql.push(format_args!(" and {}", self.which_members(project))).push("))");
            }
            None => push_rows(sql),
        }
        push_order(sql);
        keyset.push_limit(sql);
    }

    /// Appends whether the role on the platform of `u` grants it.
    fn push_holds_on_platform(&self, sql: &mut QueryBuilder<Postgres>) {
        let grants =
            |role| standing(role, UserKind::Regular).granting(self.permission, Place::Platform).next().is_some();
        sql.push(format_args!(
            "(u.is_admin or u.is_auditor) and case when u.is_maintainer then {} when u.is_admin then {} else {} end",
            grants(PlatformRole::Maintainer),
            grants(PlatformRole::Admin),
            grants(PlatformRole::Auditor)
        ));
    }

    /// Whether every member may; otherwise at most project admins do.
    fn is_for_members(&self) -> bool {
        self.grants_in_project(ProjectRole::Member)
    }

    fn which_members(&self, project: &ProjectFacts) -> &'static str {
        match (self.is_for_members(), self.grants_in_project(ProjectRole::Admin), project.kind) {
            (true, ..) => "true",
            (false, true, ProjectKind::Shared) => "f.is_project_admin",
            (false, ..) => "false",
        }
    }

    fn grants_in_project(&self, role: ProjectRole) -> bool {
        let of_nobody = standing(PlatformRole::User, UserKind::Regular);
        of_nobody.granting(self.permission, Place::Project(Some(role))).next().is_some()
    }

    fn explain(&self, services: &Services, row: Row) -> Result<HolderRow, Error> {
        let role = PlatformRole::from_flags(row.is_maintainer, row.is_admin, row.is_auditor);
        let kind = user_kind(&row.user_type)?;
        let status = UserStatus::at(services.clock.now(), row.is_active, row.locked_until, row.last_sign_in_at);
        let assignment = self.project.and_then(|project| row.assignment(services, project, kind));
        let subject = Subject {
            standing: standing(role, kind),
            role_granted: row.role_event.granted(role),
            status,
            password_change_due: row.password_change_due,
        };
        let explanation = subject.explain(self.permission, self.project.map(|_| assignment.as_ref()));
        let user = AccessUser { id: UserId(row.id), name: row.name, email: row.email, kind, status, role };
        Ok(HolderRow { user, explanation })
    }
}

/// Rights are stored: the other mode was refused.
const fn standing(role: PlatformRole, kind: UserKind) -> Standing {
    Standing { mode: Mode::Platform, role, kind }
}

fn is_large(project: &ProjectFacts) -> bool {
    usize::try_from(project.member_count).is_ok_and(|count| count > FEW)
}

#[derive(sqlx::FromRow)]
struct Row {
    section: i32,
    id: Uuid,
    name: String,
    email: String,
    user_type: String,
    is_admin: bool,
    is_maintainer: bool,
    is_auditor: bool,
    is_active: bool,
    locked_until: Option<OffsetDateTime>,
    last_sign_in_at: Option<OffsetDateTime>,
    password_change_due: bool,
    is_project_admin: Option<bool>,
    member_since: Option<OffsetDateTime>,
    member_granted_by: Option<String>,
    #[sqlx(flatten)]
    role_event: RoleEvent,
}

impl Row {
    /// The place in the project in question.
    fn assignment(&self, services: &Services, project: &ProjectFacts, kind: UserKind) -> Option<Assignment> {
        let is_personal = project.kind == ProjectKind::Personal;
        Some(Assignment {
            project_id: project.id,
            name: project.name.clone(),
            title: project.title().to_owned(),
            kind: project.kind,
            role: project_role(is_personal, self.is_project_admin?),
            is_only_admin: false,
            is_default: false,
            granted_by: self.member_granted_by.clone(),
            since: self.member_since,
            is_open: is_personal || services.settings.is_open_to(kind, project.name.as_str()),
        })
    }
}
