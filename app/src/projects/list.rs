//! The list of projects.

use super::data::list_projects;
use crate::page::{PageData, loaded, use_page, use_params};
use domain::page::Page;
use domain::project::{ProjectQuery, ProjectRow};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{LazyRoute, lazy_route};

/// The list of projects.
pub struct ProjectsPage {
    page: PageData<Page<ProjectRow>>,
}

#[lazy_route]
impl LazyRoute for ProjectsPage {
    fn data() -> Self {
        let params = use_params(ProjectQuery::from_params);
        Self { page: use_page(move || params.get().0, list_projects) }
    }

    fn view(this: Self) -> AnyView {
        view! {
            <Title text="Projects" />
            {loaded(this.page, |dated, _forms| view! { <p>{dated.data.rows.len()}</p> })}
        }
        .into_any()
    }
}
