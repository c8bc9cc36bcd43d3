//! The page of a project: its facts with budgets and those to choose from in one statement, a page of its members in
//! another.

use super::members;
use crate::Services;
use crate::budgets::{AssignedRow, ChoiceRow, choices, chooses};
use crate::error::Error;
use crate::guard::Caller;
use crate::projects::{FACTS, FactsRow, check_password_changed, check_visible, push_projects};
use domain::actor::Target;
use domain::budget::AssignedBudget;
use domain::error::Refusal;
use domain::permission::Permission;
use domain::project::{MemberQuery, ProjectDetail, ProjectFacts, ProjectName};
use sqlx::QueryBuilder;
use sqlx::types::Json;

/// Everything the page of a project shows. Two statements.
///
/// Budgets are empty when they are switched off or the caller may not see them, and CLI analytics are off for a caller
/// who may not edit the project.
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
    let (mut facts, row) = load_facts(services, caller, name, chooses(services, caller)).await?;
    if !caller.actor.may(Permission::EditProject, Target::Project(facts.id)) {
        facts.draft.cli_analytics_enabled = false;
    }
    let shows_budgets = caller.actor.may(Permission::ViewProjectBudgets, Target::Project(facts.id));
    let budgets = row.budgets.0.into_iter().filter(|_| services.settings.budgets && shows_budgets);
    let budgets = budgets.map(AssignedBudget::try_from).collect::<Result<_, _>>()?;
    let members = members::page(services, &facts, query).await?;
    Ok(ProjectDetail { facts, members, budgets, choices: choices(row.choices)? })
}

/// The facts of a project, for its edit form. One statement.
///
/// # Errors
/// As [`load`].
pub async fn facts(services: &Services, caller: &Caller, name: &ProjectName) -> Result<ProjectFacts, Error> {
    Ok(load_facts(services, caller, name, false).await?.0)
}

#[derive(sqlx::FromRow)]
struct BudgetsRow {
    budgets: Json<Vec<AssignedRow>>,
    choices: Option<Json<Vec<ChoiceRow>>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    facts: FactsRow,
    #[sqlx(flatten)]
    budgets: BudgetsRow,
}

/// Choices are for shared projects alone.
async fn load_facts(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
    with_choices: bool,
) -> Result<(ProjectFacts, BudgetsRow), Error> {
    check_password_changed(caller)?;
    let mut sql = QueryBuilder::new("select ");
    sql.push(FACTS).push(
        ", (select coalesce(json_agg(assigned_budget(b, giver.name, a.created_at)
              order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
            from project_budgets a
            join budgets b on b.id = a.budget_id
            left join users giver on giver.id = a.assigned_by
            where a.project_id = p.id) as budgets, case when ",
    );
    sql.push_bind(with_choices);
    sql.push(" and p.project_type = 'shared' then (select c.choices from budget_choices c) end as choices");
    push_projects(&mut sql);
    sql.push(" and lower(p.name) = lower(").push_bind(name.to_string()).push(")");
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    let Row { facts, budgets } = row.ok_or(Refusal::NotFound)?;
    let facts = ProjectFacts::try_from(facts)?;
    check_visible(caller, facts.id)?;
    Ok((facts, budgets))
}
