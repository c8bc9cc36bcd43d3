//! The budget requests of the sample, which wait for a maintainer.

use super::{Ids, email, id_of};
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use domain::budget::BudgetRequestDraft;
use sqlx::PgConnection;
use time::Duration;

struct Request {
    by: &'static str,
    /// The project that it is for; otherwise it is for the user.
    project: Option<&'static str>,
    category: &'static str,
    hard_limit: &'static str,
    reason: &'static str,
    hours_ago: i64,
}

const REQUESTS: [Request; 3] = [
    Request {
        by: "tomas.herrera",
        project: None,
        category: "cli",
        hard_limit: "100",
        reason: "The nightly migration of the handbook runs on the command line until the end of the month.",
        hours_ago: 47,
    },
    Request {
        by: "rosalind.achterberg",
        project: Some("contract-search"),
        category: "platform",
        hard_limit: "200",
        reason: "Three teams begin to use the search next week.",
        hours_ago: 21,
    },
    Request {
        by: "leilani.kahananui",
        project: None,
        category: "cli",
        hard_limit: "25",
        reason: "Reviewing the drafts of the billing assistant from the command line.",
        hours_ago: 2,
    },
];

pub(super) async fn insert(
    services: &Services,
    connection: &mut PgConnection,
    people: &Ids,
    projects: &Ids,
) -> Result<(), Error> {
    for request in REQUESTS {
        let Request { by, project, category, hard_limit, reason, hours_ago } = request;
        let draft = BudgetRequestDraft::parse(category, hard_limit, reason)
            .map_err(|problems| Error::Broken(format!("the sample's request of {by}: {problems:?}")))?;
        let user = id_of(people, by)?;
        let project = project.map(|name| Ok::<_, Error>((name, id_of(projects, name)?))).transpose()?;
        sqlx::query!(
            "insert into budget_requests (id, user_id, project_id, category, hard_limit, reason, requested_by, requested_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            services.new_id(),
            project.is_none().then_some(user),
            project.map(|(_, id)| id),
            draft.category.key(),
            draft.hard_limit.as_decimal(),
            draft.reason.as_str(),
            user,
            services.clock.now() - Duration::hours(hours_ago)
        )
        .execute(&mut *connection)
        .await?;
        let entry = match project {
            Some((name, id)) => Entry::new(Action::ProjectBudgetRequested, TargetType::Project, id, name),
            None => Entry::new(Action::UserBudgetRequested, TargetType::User, user, email(by)),
        };
        audit::write(services, connection, By::Console, entry.fields(None, &draft)).await?;
    }
    Ok(())
}
