//! One page of users: what becomes of each, written in one transaction.

use super::create::Created;
use super::existing::{self, Existing};
use super::realm::Page;
use super::run::{Advanced, Run};
use super::{ImportError, apply, report};
use crate::Services;
use crate::audit::By;
use crate::change::commit;
use crate::error::{Error, is_outage};
use domain::import::{Comparison, HeldRoles, ImportResult, ImportedUser, RealmUser, Snapshot, next_base};
use domain::role::PlatformRole;
use domain::text::folded;
use sqlx::{Connection as _, PgConnection};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use uuid::Uuid;

/// How often a page is written again when the database does not answer.
const RETRIES: u32 = 5;
/// The pause before the first of them; each one doubles it.
const PAUSE: Duration = Duration::from_millis(500);

/// What is known of the whole realm before the first page.
pub(super) struct RealmFacts {
    pub(super) admins: HashSet<Uuid>,
    pub(super) developers: HashSet<Uuid>,
    /// In lower case.
    pub(super) duplicates: HashSet<String>,
}

/// What every page needs.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) facts: &'a RealmFacts,
    pub(super) by: By<'a>,
    /// The issuer of the realm's tokens, where users sign in through it.
    pub(super) issuer: Option<&'a str>,
}

/// What became of a user.
pub(super) struct Done<'a> {
    pub(super) user: &'a RealmUser,
    pub(super) result: ImportResult,
    /// What the next import compares with.
    pub(super) base: Option<Snapshot>,
}

/// Writes a page, and once more when the database did not answer.
pub(super) async fn write(
    services: &Services,
    run: &mut Run,
    context: Context<'_>,
    page: &Page,
) -> Result<(), ImportError> {
    let mut attempt = 0;
    loop {
        match write_once(services, run, context, page).await {
            Ok(advanced) => {
                run.advanced(services, advanced);
                return Ok(());
            }
            Err(ImportError::Services(Error::Database(fault))) if is_outage(&fault) && attempt < RETRIES => {
                tracing::warn!(%fault, "a page of the import is written again");
                tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
                attempt += 1;
            }
            Err(fault) => return Err(fault),
        }
    }
}

async fn write_once(
    services: &Services,
    run: &Run,
    context: Context<'_>,
    page: &Page,
) -> Result<Advanced, ImportError> {
    let mut transaction = services.pool.begin().await?;
    // Plans that were made while the tables were empty would be kept while they grow.
    sqlx::raw_sql("set local plan_cache_mode = force_custom_plan").execute(&mut *transaction).await?;
    let seen = report::subjects(&mut transaction, run.id(), &page.users).await?;
    let users: Vec<&RealmUser> = page.users.iter().filter(|user| !seen.contains(&user.id)).collect();
    let done = process_page(services, &mut transaction, run, context, &users).await?;
    let mut counts = run.progress().counts;
    report::write(services, &mut transaction, run.id(), counts.total(), &done).await?;
    for done in &done {
        counts.add(done.result.outcome(), done.result.is_over_limit());
    }
    let advanced = Advanced {
        position: page.next,
        counts,
        has_attributes: users.iter().any(|user| user.attributes.as_ref().is_some_and(|found| !found.is_empty())),
        last_subject: page.users.last().filter(|_| page.is_full).map(|user| user.id.clone()),
        has_moved: run.has_moved(page),
    };
    run.advance(services, &mut transaction, &advanced).await?;
    commit(transaction).await?;
    Ok(advanced)
}

/// All users at once; if the database refuses one of them, each by itself.
async fn process_page<'a>(
    services: &Services,
    connection: &mut PgConnection,
    run: &Run,
    context: Context<'_>,
    users: &[&'a RealmUser],
) -> Result<Vec<Done<'a>>, Error> {
    match attempt(services, connection, run, context, users).await? {
        Ok(done) => return Ok(done),
        Err(fault) => {
            tracing::warn!(%fault, "the database refused a user of the page; each is imported by itself");
        }
    }
    let mut all = Vec::new();
    for user in users {
        match attempt(services, connection, run, context, std::slice::from_ref(user)).await? {
            Ok(done) => all.extend(done),
            Err(fault) => all.push(Done { user, result: ImportResult::Failed(fault.to_string()), base: None }),
        }
    }
    Ok(all)
}

/// Processes users, or none of them when the database refuses one.
async fn attempt<'a>(
    services: &Services,
    connection: &mut PgConnection,
    run: &Run,
    context: Context<'_>,
    users: &[&'a RealmUser],
) -> Result<Result<Vec<Done<'a>>, sqlx::Error>, Error> {
    let mut savepoint = connection.begin().await?;
    match process(services, &mut savepoint, run, context, users).await {
        Ok(done) => {
            savepoint.commit().await?;
            Ok(Ok(done))
        }
        Err(Error::Database(fault)) if !is_outage(&fault) => {
            savepoint.rollback().await?;
            Ok(Err(fault))
        }
        Err(fault) => Err(fault),
    }
}

async fn process<'a>(
    services: &Services,
    connection: &mut PgConnection,
    run: &Run,
    context: Context<'_>,
    users: &[&'a RealmUser],
) -> Result<Vec<Done<'a>>, Error> {
    let mut done = Vec::with_capacity(users.len());
    let mut importable = Vec::new();
    for user in users {
        match parse(services, context.facts, user) {
            Ok(parsed) => importable.push((*user, parsed)),
            Err(result) => done.push(Done { user, result, base: None }),
        }
    }
    let parsed: Vec<&ImportedUser> = importable.iter().map(|(_, parsed)| parsed).collect();
    let (mut created, mut known) = if run.is_plan() {
        (HashMap::new(), existing::load(services, connection, &parsed).await?)
    } else {
        apply::write_users(services, connection, context, &parsed).await?
    };
    for (user, parsed) in &importable {
        let (result, base) = match known.remove(&parsed.id.0) {
            None => {
                let created = created.remove(&parsed.id.0).unwrap_or_else(|| Created::planned(parsed));
                (created_result(services, parsed, &created), Some(created.snapshot))
            }
            Some(Existing::IdOfAnother { name }) => (ImportResult::IdOfAnother { name }, None),
            Some(Existing::AddressOfAnother { name, .. }) => (ImportResult::AddressOfAnother { name }, None),
            Some(Existing::Same { bursar, base, comparison, .. }) => {
                let base = next_base(base, &comparison, &bursar, &parsed.snapshot());
                (updated_result(services, parsed, &bursar, *comparison), base)
            }
        };
        done.push(Done { user, result, base: base.filter(|_| !run.is_plan()) });
    }
    Ok(done)
}

fn parse(services: &Services, facts: &RealmFacts, user: &RealmUser) -> Result<ImportedUser, ImportResult> {
    let id = user.id.parse().ok();
    let holds = |role: &HashSet<Uuid>| id.is_some_and(|id| role.contains(&id));
    let held = HeldRoles { admin: holds(&facts.admins), developer: holds(&facts.developers) };
    let parsed = ImportedUser::parse(user, held, &services.settings.claims)?;
    let address = folded(user.email.as_deref().unwrap_or_default().trim());
    if facts.duplicates.contains(&address) { Err(ImportResult::DuplicateAddress) } else { Ok(parsed) }
}

fn created_result(services: &Services, user: &ImportedUser, created: &Created) -> ImportResult {
    let projects = created.snapshot.projects.len();
    ImportResult::Created {
        role: user.role.title(),
        projects,
        refused_projects: created.refused_projects.clone(),
        is_active: user.is_active,
        exceeded_limit: exceeded_limit(services, user.role == PlatformRole::Admin, projects),
    }
}

fn updated_result(services: &Services, user: &ImportedUser, bursar: &Snapshot, found: Comparison) -> ImportResult {
    if found.has_updates() {
        let held: HashSet<String> = bursar.projects.keys().map(|name| folded(name)).collect();
        let is_new = |name: &str| !held.contains(&folded(name));
        let joined = found.memberships.iter().filter(|granted| is_new(granted.project.name.as_str())).count();
        let is_admin = [PlatformRole::Admin.key(), PlatformRole::Maintainer.key()].contains(&bursar.role.as_str());
        let count = if joined == 0 { 0 } else { held.len() + joined };
        let exceeded_limit = exceeded_limit(services, is_admin || user.role.is_admin(), count);
        return ImportResult::Updated { updates: found.updates().cloned().collect(), kept: found.kept, exceeded_limit };
    }
    let kept = found.kept;
    if kept.is_empty() { ImportResult::Unchanged } else { ImportResult::Kept(kept) }
}

fn exceeded_limit(services: &Services, is_admin: bool, projects: usize) -> Option<u32> {
    let limit = services.settings.project_limit;
    (!is_admin && projects > limit as usize).then_some(limit)
}
