//! Suggestions of fields where one of many is chosen, and what such a field means without scripts.

use crate::error::PageError;
use crate::read::ask;
use crate::ui::SuggestionSource;
use domain::budget::Category;
use domain::id::{BudgetId, UserId};
use domain::project::ProjectName;
use domain::suggestion::Suggestion;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {
    crate::request::{permitted, permitted_in, signed_in},
    domain::actor::Target,
    domain::error::Refusal,
    domain::permission::{ManageBudgets, ViewBudgets, ViewUsers},
    domain::suggestion::{SuggestionKind, exact_match},
    domain::text::SearchTerm,
    services::views::suggestions,
};

/// The most rows of a group of the command palette.
#[cfg(feature = "ssr")]
const MOST_OF_A_KIND: usize = 5;

/// Shared projects that the caller sees, or those to which the caller may add `user`.
#[server(prefix = "/data", endpoint = "suggest-projects")]
pub async fn suggest_projects(
    #[server(default)] term: String,
    user: Option<UserId>,
) -> Result<Vec<Suggestion>, PageError> {
    Ok(projects(&term, user).await.map_err(Refusal::from)?)
}

/// Users, deactivated ones too.
#[server(prefix = "/data", endpoint = "suggest-users")]
pub async fn suggest_users(#[server(default)] term: String) -> Result<Vec<Suggestion>, PageError> {
    let (services, can) = permitted::<ViewUsers>()?;
    let Some(term) = Term::parse(&term) else { return Ok(Vec::new()) };
    Ok(suggestions::users(&services, &can, term.get()).await.map_err(Refusal::from)?)
}

/// Active users to add to a project.
#[server(prefix = "/data", endpoint = "suggest-members")]
pub async fn suggest_members(#[server(default)] term: String, project: String) -> Result<Vec<Suggestion>, PageError> {
    Ok(members(&term, &project).await.map_err(Refusal::from)?)
}

/// Budgets of one category or of all.
#[server(prefix = "/data", endpoint = "suggest-budgets")]
pub async fn suggest_budgets(
    #[server(default)] term: String,
    category: Option<Category>,
) -> Result<Vec<Suggestion>, PageError> {
    Ok(budgets(&term, category).await.map_err(Refusal::from)?)
}

/// What the command palette finds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Users, for those who see all of them.
    pub users: Vec<Suggestion>,
    /// Shared projects that the caller sees.
    pub projects: Vec<Suggestion>,
    /// Budgets, for those who see all of them.
    pub budgets: Vec<Suggestion>,
}

/// Finds users, projects and budgets that the caller may open, at most five of each.
#[server(prefix = "/data", endpoint = "find")]
pub async fn find(#[server(default)] term: String) -> Result<Found, PageError> {
    let (services, caller) = signed_in()?;
    let Some(Term(Some(term))) = Term::parse(&term) else { return Ok(Found::default()) };
    let find = async {
        let term = Some(&term);
        let projects = suggestions::projects(&services, &caller, term).await?;
        let users = match caller.can(Target::Platform) {
            Ok(can) => suggestions::users(&services, &can, term).await?,
            Err(_) => Vec::new(),
        };
        let budgets = match caller.can(Target::Platform).ok().filter(|_| services.settings().budgets) {
            Some(can) => suggestions::budgets(&services, &can, term, None).await?,
            None => Vec::new(),
        };
        Ok::<_, services::Error>([users, projects, budgets])
    };
    let mut found = find.await.map_err(Refusal::from)?;
    found.iter_mut().for_each(|rows| rows.truncate(MOST_OF_A_KIND));
    let [users, projects, budgets] = found;
    Ok(Found { users, projects, budgets })
}

/// What the text of a filter by project means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamedProject {
    /// One project.
    One {
        /// Technical name.
        name: String,
        /// Display name, or the technical one.
        title: String,
    },
    /// No whole name; these match. None match when empty.
    Unclear(Vec<Suggestion>),
}

/// Finds the project that a filter names by its technical name or its display name; `None` without a filter.
#[server(prefix = "/data", endpoint = "named-project")]
pub async fn name_project(name: Option<ProjectName>) -> Result<Option<NamedProject>, PageError> {
    let (services, caller) = signed_in()?;
    let Some(name) = name else { return Ok(None) };
    let named = match services::views::project_page::facts(&services, &caller, &name).await.map_err(Refusal::from) {
        Ok(facts) => NamedProject::One { name: facts.name.to_string(), title: facts.title().to_owned() },
        Err(Refusal::NotFound) => {
            let found = projects(name.as_str(), None).await.map_err(Refusal::from)?;
            match exact_match(&found) {
                Some(one) => NamedProject::One { name: one.value.clone(), title: one.label.clone() },
                None => NamedProject::Unclear(found),
            }
        }
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(Some(named))
}

/// Active users, or shared projects, to assign a budget to.
#[server(prefix = "/data", endpoint = "suggest-holders")]
pub async fn suggest_holders(
    #[server(default)] term: String,
    budget: BudgetId,
    is_project: bool,
) -> Result<Vec<Suggestion>, PageError> {
    Ok(holders(&term, budget, is_project).await.map_err(Refusal::from)?)
}

/// Suggests the users, or shared projects, to assign a budget to.
pub(crate) fn holder_source(budget: BudgetId, is_project: bool) -> SuggestionSource {
    Callback::new(move |term| later(SuggestHolders { term, budget, is_project }))
}

/// Suggests the projects to which a user can be added, or every shared one.
pub(crate) fn project_source(user: Option<UserId>) -> SuggestionSource {
    Callback::new(move |term| later(SuggestProjects { term, user }))
}

/// Suggests users, deactivated ones too.
pub(crate) fn user_source() -> SuggestionSource {
    Callback::new(move |term| later(SuggestUsers { term }))
}

/// Suggests the users who can be added to a project.
pub(crate) fn member_source(project: String) -> SuggestionSource {
    Callback::new(move |term| later(SuggestMembers { term, project: project.clone() }))
}

/// Suggests budgets of a category.
pub(crate) fn budget_source(category: Category) -> SuggestionSource {
    Callback::new(move |term| later(SuggestBudgets { term, category: Some(category) }))
}

fn later<F>(call: F) -> crate::ui::Later<Vec<Suggestion>>
where
    F: leptos::server_fn::ServerFn<Output = Vec<Suggestion>, Error = PageError> + serde::Serialize + 'static,
{
    Box::pin(async move { ask(call).await.ok() })
}

#[cfg(feature = "ssr")]
pub(crate) async fn projects(term: &str, user: Option<UserId>) -> Result<Vec<Suggestion>, services::Error> {
    let (services, caller) = signed_in()?;
    let Some(term) = Term::parse(term) else { return Ok(Vec::new()) };
    match user {
        Some(user) => suggestions::projects_to_join(&services, &caller, term.get(), user).await,
        None => suggestions::projects(&services, &caller, term.get()).await,
    }
}

#[cfg(feature = "ssr")]
pub(crate) async fn members(term: &str, project: &str) -> Result<Vec<Suggestion>, services::Error> {
    let (services, can) = permitted_in(project).await?;
    let Some(term) = Term::parse(term) else { return Ok(Vec::new()) };
    suggestions::users_to_add(&services, &can, term.get()).await
}

#[cfg(feature = "ssr")]
pub(crate) async fn holders(
    term: &str,
    budget: BudgetId,
    is_project: bool,
) -> Result<Vec<Suggestion>, services::Error> {
    let (services, can) = permitted::<ManageBudgets>()?;
    let Some(term) = Term::parse(term) else { return Ok(Vec::new()) };
    let kind = if is_project { SuggestionKind::Project } else { SuggestionKind::User };
    suggestions::holders(&services, &can, term.get(), kind, budget).await
}

#[cfg(feature = "ssr")]
pub(crate) async fn budgets(term: &str, category: Option<Category>) -> Result<Vec<Suggestion>, services::Error> {
    let (services, can) = permitted::<ViewBudgets>()?;
    let Some(term) = Term::parse(term) else { return Ok(Vec::new()) };
    suggestions::budgets(&services, &can, term.get(), category).await
}

/// What was typed: nothing, or something to search for.
#[cfg(feature = "ssr")]
struct Term(Option<SearchTerm>);

#[cfg(feature = "ssr")]
impl Term {
    /// `None` for text that nothing can match.
    fn parse(typed: &str) -> Option<Self> {
        if typed.trim().is_empty() {
            return Some(Self(None));
        }
        SearchTerm::parse(typed).ok().map(|term| Self(Some(term)))
    }

    const fn get(&self) -> Option<&SearchTerm> {
        self.0.as_ref()
    }
}
