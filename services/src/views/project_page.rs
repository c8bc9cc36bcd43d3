//! The page of a project: its facts with budgets in one statement, a page of its members in another.

use super::budget_requests::{DECISION_SHOWN, RequestRow};
use super::members;
use super::usage::AssignedRow;
use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use crate::projects::{FACTS, FactsRow, check_password_changed, check_visible, push_projects};
use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::Permission;
use domain::project::{MemberQuery, ProjectFacts, ProjectName};
use domain::view::ProjectDetail;
use sqlx::QueryBuilder;
use sqlx::types::Json;

/// Everything the page of a project shows. Two statements.
///
/// Budgets are empty when they are switched off or the caller may not see them; what is spent of them is for those who
/// may see it. CLI analytics are off for a caller who may not edit the project.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such project, it was deleted, or the caller may not see it;
/// [`Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn load(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
    query: &MemberQuery,
) -> Result<ProjectDetail, Error> {
    let (mut facts, Budgets { budgets, requests }) = load_facts(services, caller, name).await?;
    if !caller.actor.may(Permission::EditProject, Target::Project(facts.id)) {
        facts.draft.cli_analytics_enabled = false;
    }
    let shows_budgets = caller.actor.may(Permission::ViewProjectBudgets, Target::Project(facts.id));
    let budgets = budgets.into_iter().filter(|_| services.settings.budgets && shows_budgets);
    let shows_usage = caller.actor.may(Permission::ViewSpend, Target::Project(facts.id));
    let now = services.clock.now();
    let budgets = budgets.map(|budget| budget.read(now, shows_usage)).collect::<Result<_, _>>()?;
    let shows_requests = caller.actor.may(Permission::RequestProjectBudgets, Target::Project(facts.id));
    let requests = requests.into_iter().filter(|_| services.settings.budgets && shows_requests).map(RequestRow::read);
    let requests = requests.collect::<Result<_, _>>()?;
    let members = members::page(services, &facts, query).await?;
    Ok(ProjectDetail { facts, members, budgets, requests })
}

/// The facts of a project, for its edit form. One statement.
///
/// # Errors
/// As [`load`].
pub async fn facts(services: &Services, caller: &Caller, name: &ProjectName) -> Result<ProjectFacts, Error> {
    Ok(load_facts(services, caller, name).await?.0)
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    facts: FactsRow,
    budgets: Json<Vec<AssignedRow>>,
    requests: Json<Vec<RequestRow>>,
}

/// The budgets of a project, and the latest requests for them.
pub(super) struct Budgets {
    budgets: Vec<AssignedRow>,
    requests: Vec<RequestRow>,
}

async fn load_facts(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
) -> Result<(ProjectFacts, Budgets), Error> {
    check_password_changed(caller)?;
    let (facts, budgets) = read_facts(services, name).await?;
    check_visible(caller, facts.id)?;
    Ok((facts, budgets))
}

/// The facts and budgets of a project, for a caller who may see it.
pub(super) async fn read_facts(services: &Services, name: &ProjectName) -> Result<(ProjectFacts, Budgets), Error> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(FACTS).push(
        ", (select coalesce(json_agg(assigned_budget(b, giver.name, a.created_at, latest)
              order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
            from project_budgets a
            join budgets b on b.id = a.budget_id
            left join users giver on giver.id = a.assigned_by
            left join lateral latest_project_window(a.project_id, a.category) latest on true
            where a.project_id = p.id) as budgets,
           latest_budget_requests(p.id, ",
    );
    sql.push_bind(services.clock.now() - DECISION_SHOWN).push(") as requests");
    push_projects(&mut sql);
    sql.push(" and lower(p.name) = lower(").push_bind(name.to_string()).push(")");
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    let Row { facts, budgets, requests } = row.ok_or(Refusal::NotFound)?;
    Ok((facts.try_into()?, Budgets { budgets: budgets.0, requests: requests.0 }))
}
