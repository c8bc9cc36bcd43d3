//! A small, believable organisation to look around in: the same people, projects, budgets and spend every time, with
//! dates relative to the clock.

mod organisation;
mod people;
mod requests;

use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::bootstrap::{FIRST_PASSWORD_LIFE, FirstSignIn};
use crate::budgets;
use crate::demo;
use crate::error::Error;
use crate::locks::lock_rights;
use crate::users::one_time_password;
use domain::id::{BudgetId, UserId};
use domain::role::PlatformRole;
use domain::user::UserKind;
use organisation::{BUDGETS, PROJECTS, Project};
use people::{ADMIN, Is, LOCKED_FOR, NEWCOMER, PEOPLE, Person};
use sqlx::PgConnection;
use std::collections::HashMap;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Calls in the last 90 days.
const SPEND_EVENTS: u32 = 18_000;

/// The ids of what was made, by e-mail address or name.
type Ids = HashMap<String, Uuid>;

/// Fills a database with no user but the first administrator, and says how a developer of the sample signs
/// in, unless users sign in at an identity provider. Anywhere else, and when called again, it does nothing.
///
/// # Errors
/// The database failed; then nothing was kept.
pub async fn fill(services: &Services) -> Result<Option<FirstSignIn>, Error> {
    let mut transaction = services.pool.begin().await?;
    lock_rights(&mut transaction).await?;
    if !is_empty(&mut transaction).await? {
        return Ok(None);
    }
    let password = services.identity.is_none().then(|| one_time_password(&services.random));
    let hash = match &password {
        Some(password) => Some(services.hasher.hash(password.clone()).await?),
        None => None,
    };
    let people = insert_people(services, &mut transaction, hash.as_deref()).await?;
    let projects = insert_projects(services, &mut transaction, &people).await?;
    insert_personal_projects(services, &mut transaction, &people).await?;
    insert_members(services, &mut transaction, &people, &projects).await?;
    let budgets = insert_budgets(services, &mut transaction, &people).await?;
    assign_budgets(services, &mut transaction, &people, &projects, &budgets).await?;
    requests::insert(services, &mut transaction, &people, &projects).await?;
    demo::spend_of_sample(services, &mut transaction, SPEND_EVENTS).await?;
    transaction.commit().await?;
    Ok(password.map(|password| FirstSignIn { email: email(NEWCOMER), one_time_password: Some(password) }))
}

async fn is_empty(connection: &mut PgConnection) -> Result<bool, Error> {
    let row = sqlx::query!(
        r#"select (count(*) <= 1 and count(*) = count(*) filter (where is_maintainer)) as "is_empty!" from users"#
    )
    .fetch_one(connection)
    .await?;
    Ok(row.is_empty)
}

fn email(local_part: &str) -> String {
    format!("{local_part}@example.com")
}

/// Every user the tables name is in the table of users; the tests fill a database and would see otherwise.
fn id_of(ids: &Ids, name: &str) -> Result<Uuid, Error> {
    ids.get(name).copied().ok_or_else(|| Error::Broken(format!("the sample does not know {name}")))
}

async fn insert_people(services: &Services, connection: &mut PgConnection, hash: Option<&str>) -> Result<Ids, Error> {
    let mut ids = Ids::new();
    for person in PEOPLE {
        let id = services.new_id();
        insert_person(services, connection, id, person, hash).await?;
        let entry = Entry::new(Action::UserCreated, TargetType::User, id, email(person.local_part))
            .set("name", person.name)
            .set("role", role(person).key());
        audit::write(services, connection, By::Console, entry).await?;
        ids.insert(person.local_part.to_owned(), id);
    }
    Ok(ids)
}

const fn role(person: &Person) -> PlatformRole {
    match person.is {
        Is::Admin => PlatformRole::Admin,
        Is::Auditor => PlatformRole::Auditor,
        Is::Regular | Is::External | Is::Locked | Is::Deactivated => PlatformRole::User,
    }
}

async fn insert_person(
    services: &Services,
    connection: &mut PgConnection,
    id: Uuid,
    person: &Person,
    hash: Option<&str>,
) -> Result<(), Error> {
    let now = services.clock.now();
    let hash = hash.filter(|_| person.local_part == NEWCOMER);
    let is_locked = matches!(person.is, Is::Locked);
    let kind = if matches!(person.is, Is::External) { UserKind::External } else { UserKind::Regular };
    sqlx::query!(
        "insert into users (id, email, name, user_type, is_admin, is_auditor, is_active, password_hash,
                            password_change_due, password_expires_at, sign_in_tries, locked_until, last_sign_in_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        id,
        email(person.local_part),
        person.name,
        kind.key(),
        role(person).is_admin(),
        role(person).is_auditor(),
        !matches!(person.is, Is::Deactivated),
        hash,
        hash.is_some(),
        hash.map(|_| now + FIRST_PASSWORD_LIFE),
        if is_locked { i32::from(services.settings.account_tries) } else { 0 },
        is_locked.then(|| now + LOCKED_FOR),
        person.seen.map(|seen| now - seen),
        days_ago(now, person.days)
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn days_ago(now: OffsetDateTime, days: i64) -> OffsetDateTime {
    now - Duration::days(days)
}

async fn insert_projects(services: &Services, connection: &mut PgConnection, people: &Ids) -> Result<Ids, Error> {
    let mut ids = Ids::new();
    for project in PROJECTS {
        let id = services.new_id();
        sqlx::query!(
            "insert into projects
               (id, name, display_name, description, project_type, created_by, created_at, updated_at)
             values ($1, $2, $3, $4, 'shared', $5, $6, $6)",
            id,
            project.name,
            project.display_name,
            project.description,
            id_of(people, project.maker)?,
            days_ago(services.clock.now(), project.days)
        )
        .execute(&mut *connection)
        .await?;
        let entry = Entry::new(Action::ProjectCreated, TargetType::Project, id, project.name)
            .set("name", project.name)
            .field("display_name", None, project.display_name.map(str::to_owned))
            .set("description", project.description);
        audit::write(services, connection, By::Console, entry).await?;
        ids.insert(project.name.to_owned(), id);
    }
    Ok(ids)
}

/// Every user who has signed in has one.
async fn insert_personal_projects(
    services: &Services,
    connection: &mut PgConnection,
    people: &Ids,
) -> Result<(), Error> {
    for person in PEOPLE.iter().filter(|person| person.seen.is_some()) {
        let (id, owner) = (services.new_id(), id_of(people, person.local_part)?);
        sqlx::query!(
            "with made as (
               insert into projects (id, name, description, project_type, created_by, created_at, updated_at)
               values ($1, $2, $3, 'personal', $4, $5, $5) returning id, created_by, created_at)
             insert into user_projects (user_id, project_id, created_at) select created_by, id, created_at from made",
            id,
            email(person.local_part),
            format!("Personal project of {}", person.name),
            owner,
            days_ago(services.clock.now(), person.days)
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn insert_members(
    services: &Services,
    connection: &mut PgConnection,
    people: &Ids,
    projects: &Ids,
) -> Result<(), Error> {
    for project in PROJECTS {
        let Project { name, maker, admins, members, days, .. } = *project;
        let in_it = admins.iter().map(|who| (*who, true)).chain(members.iter().map(|who| (*who, false)));
        for (place, (who, is_admin)) in (0..).zip(std::iter::once((maker, true)).chain(in_it)) {
            // The later in the list, the later they joined: after the project was made, and after they came.
            let came = PEOPLE.iter().find(|person| person.local_part == who).map_or(0, |person| person.days);
            let joined = days_ago(services.clock.now(), (days - place * 9).max(days / 3).min(came));
            sqlx::query!(
                "insert into user_projects (user_id, project_id, is_project_admin, granted_by, created_at)
                 values ($1, $2, $3, $4, $5)",
                id_of(people, who)?,
                id_of(projects, name)?,
                is_admin,
                id_of(people, maker)?,
                joined
            )
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

async fn insert_budgets(services: &Services, connection: &mut PgConnection, people: &Ids) -> Result<Ids, Error> {
    let mut ids = Ids::new();
    let maker = id_of(people, ADMIN)?;
    for (name, category, soft, hard, period) in BUDGETS {
        let draft = organisation::draft(name, category, soft, hard, period)?;
        let id = services.new_id();
        budgets::insert(connection, BudgetId(id), None, &draft, Some(UserId(maker)), services.clock.now()).await?;
        audit::write(services, connection, By::Console, budgets::created(BudgetId(id), None, &draft)).await?;
        ids.insert(name.to_owned(), id);
    }
    Ok(ids)
}

async fn assign_budgets(
    services: &Services,
    connection: &mut PgConnection,
    people: &Ids,
    projects: &Ids,
    budgets: &Ids,
) -> Result<(), Error> {
    let (by, now) = (id_of(people, ADMIN)?, services.clock.now());
    for person in PEOPLE {
        for budget in person.budgets {
            sqlx::query!(
                "insert into user_budgets (user_id, category, budget_id, assigned_by, created_at)
                 select $1, b.category, b.id, $3, $4 from budgets b where b.id = $2",
                id_of(people, person.local_part)?,
                id_of(budgets, budget)?,
                by,
                days_ago(now, person.days / 2)
            )
            .execute(&mut *connection)
            .await?;
        }
    }
    for project in PROJECTS {
        for budget in project.budgets {
            sqlx::query!(
                "insert into project_budgets (project_id, category, budget_id, assigned_by, created_at)
                 select $1, b.category, b.id, $3, $4 from budgets b where b.id = $2",
                id_of(projects, project.name)?,
                id_of(budgets, budget)?,
                by,
                days_ago(now, project.days / 2)
            )
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}
