//! A search that is looked up by the statement that shows what it found, where a page has no statement to spare.

use super::usage::Spent;
use super::{FEW, Searched, SearchedPage, Wanted};
use crate::Services;
use domain::budget::UsageFilter;
use domain::project::{ProjectKind, ProjectName};
use domain::text::SearchTerm;
use sqlx::{Postgres, QueryBuilder};

/// A search within the statement that uses its hits.
pub(crate) struct Inline(Wanted);

impl Inline {
    /// A term in the people of a project. The statement asks for both cases, and Postgres works for the one that is true.
    pub(crate) fn of_people(term: &SearchTerm, project: &ProjectName) -> Self {
        Self(Wanted::new(Searched::Users, Some(term), Some(project)))
    }

    /// A term in the projects of a type that have spent as much.
    pub(crate) fn of_projects(
        services: &Services,
        term: &SearchTerm,
        kind: ProjectKind,
        usage: Option<UsageFilter>,
    ) -> Self {
        let spent = usage.map(|usage| Spent::by_projects(usage, services.clock.now()));
        Self(Wanted { kind: Some(kind), spent, ..Wanted::new(Searched::Projects, Some(term), None) })
    }

    /// Begins a statement with `hits`, which the conditions speak of.
    pub(crate) fn statement(&self) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new("with hits as materialized (");
        self.0.push_lookup(&mut sql);
        sql.push(") ");
        sql
    }

    /// Appends ` and ...`: the hits, if they are few enough to be fetched by id.
    pub(crate) fn push_few(sql: &mut QueryBuilder<Postgres>, alias: &'static str) {
        sql.push(format_args!(
            " and (select count(*) from hits) <= {FEW} and {alias}.id = any(array(select id from hits))"
        ));
    }

    /// Appends `with ... select ...`: the page of the hits, if they are many.
    pub(crate) fn push_many(&self, sql: &mut QueryBuilder<Postgres>, page: &SearchedPage<'_>) {
        let push_rows = |sql: &mut QueryBuilder<Postgres>| {
            (page.push_rows)(sql);
            sql.push(format_args!(" and (select count(*) from hits) > {FEW}"));
        };
        self.0.push_page(sql, &SearchedPage { push_rows: &push_rows, ..*page });
    }
}
