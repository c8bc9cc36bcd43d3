//! The page.

use super::data::ReadAccessMatrix;
use super::tabs::{Current, tabs};
use super::{declared, own};
use crate::page::crumbs::administration;
use crate::page::list_page::Requested;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{Banner, BannerKind, Crumb, Icon, LinkButton, PageHead};
use domain::access_matrix::{Matrix, MatrixQuery, MatrixView};
use leptos::prelude::*;
use leptos_meta::Title;

/// The declared matrix of the platform and the built-in one of Bursar.
pub struct AccessMatrixPage {
    page: PageData<Option<Matrix>>,
    requested: Requested<MatrixQuery>,
}

impl LazyPage for AccessMatrixPage {
    fn load() -> Self {
        let requested = use_params(MatrixQuery::from_params);
        Self { page: use_page(move || ReadAccessMatrix { query: requested.get().0 }), requested }
    }

    fn view(self) -> AnyView {
        let Self { page, requested } = self;
        view! {
            <Title text="Access matrix" />
            {loaded(page, move |WithServerTime { data, .. }, _| access_matrix(data, requested.get_untracked()))}
        }
        .into_any()
    }
}

fn access_matrix(matrix: Option<Matrix>, (query, ignored): (MatrixQuery, Vec<String>)) -> impl IntoView {
    let is_declared = matrix.is_some();
    let view = if is_declared { query.view } else { MatrixView::Bursar };
    let content = match matrix {
        None => view! { {not_declared()} {own::matrix(&own_query(&query))} }.into_any(),
        Some(_) if view == MatrixView::Bursar => own::matrix(&query),
        Some(matrix) => declared::matrix(&matrix, &query),
    };
    view! {
        <PageHead
            crumbs=administration([Crumb::here("Access matrix")])
            title="Access matrix"
            subtitle="Who reaches what"
            actions=explain
        />
        {tabs(Current::Matrix(view), is_declared)}
        {ignored_notice(&ignored)}
        {content}
    }
}

fn explain() -> impl IntoView {
    view! {
        <LinkButton href=paths::EFFECTIVE_ACCESS icon=Icon::KeyRound>
            "Explain access"
        </LinkButton>
    }
}

/// Without a declaration the page is about Bursar's own permissions, whatever its address says.
fn own_query(query: &MatrixQuery) -> MatrixQuery {
    MatrixQuery { view: MatrixView::Bursar, search: query.search.clone(), ..MatrixQuery::default() }
}

fn not_declared() -> impl IntoView {
    view! {
        <div class="px-gutter pt-4">
            <Banner kind=BannerKind::Info fact="Only Bursar’s own permissions are shown.">
                "To see your platform here, declare its roles and resources in a file and let BURSAR_ACCESS_MATRIX name it."
            </Banner>
        </div>
    }
}
