//! The list of budgets.

use super::data::ListBudgets;
use super::row::{PERIOD, SOFT_LIMIT, UPDATED, budget_row};
use crate::form::Hidden;
use crate::me::{Me, use_me};
use crate::page::listing::{EmptyWords, ListQuery as _, clear, empty, ignored_notice, pager, result};
use crate::page::{LazyPage, PageData, loaded, use_page, use_params};
use crate::paths;
use crate::read::Data;
use crate::ui::{
    ButtonKind, Choice, Crumb, EmptyKind, EmptyState, FilterBar, FilterChip, Header, Icon, LinkButton, PageHead,
    SearchField, SortHeader, Table, TableBody, TableHead, Views, Width, awaited,
};
use domain::budget::{BudgetQuery, BudgetRow, BudgetSort, Category};
use domain::page::Page;
use domain::permission::Permission;
use leptos::prelude::*;
use leptos_meta::Title;
use time::OffsetDateTime;

type Asked = Memo<(BudgetQuery, Vec<String>)>;

/// The list of budgets.
pub struct BudgetsPage {
    page: PageData<Page<BudgetRow>>,
    asked: Asked,
    me: Data<Me>,
}

impl LazyPage for BudgetsPage {
    fn load() -> Self {
        let asked = use_params(BudgetQuery::from_params);
        Self { page: use_page(move || ListBudgets { query: asked.get().0 }), asked, me: use_me() }
    }

    fn view(self) -> AnyView {
        let BudgetsPage { page, asked, me } = self;
        let head = awaited(move || async move {
            let me = me.get().await.ok().filter(|me| me.budgets && me.may(Permission::ViewBudgets));
            me.map(|me| list_head(me.may(Permission::ManageBudgets), asked))
        });
        view! {
            <Title text="Budgets" />
            {head}
            {loaded(page, move |dated, _| budgets(dated.data, dated.now, &asked.get_untracked()))}
        }
        .into_any()
    }
}

/// Title, search and filters. They stand outside the rows, so that the search keeps the focus while rows change.
fn list_head(may_create: bool, asked: Asked) -> impl IntoView {
    let crumbs = vec![Crumb::here("Settings"), Crumb::here("Administration"), Crumb::here("Budgets management")];
    let create = move || {
        may_create.then(|| {
            view! {
                <LinkButton href=paths::NEW_BUDGET kind=ButtonKind::Primary icon=Icon::Plus>
                    "Create budget"
                </LinkButton>
            }
        })
    };
    let search = move || {
        view! { <SearchField label="Search budgets" placeholder="Name" value=asked.with_untracked(|(query, _)| query.term()) /> }
    };
    view! {
        <PageHead crumbs title="Budgets" subtitle="In US dollars" actions=create />
        <FilterBar action=paths::BUDGETS search=search>
            {move || filters(&asked.read().0)}
        </FilterBar>
    }
}

fn filters(query: &BudgetQuery) -> impl IntoView + use<> {
    let fields = query.cleared().to_params();
    let categories = Category::ALL.map(|category| Choice::new(category.key(), category.title()));
    view! {
        <Hidden fields />
        <FilterChip
            id="filter-category"
            name="category"
            label="Category"
            options=categories.into()
            selected=query.category.map(|category| category.key().to_owned())
            clear_href=BudgetQuery { category: None, ..query.clone() }.address()
            submit="Show budgets"
        />
        {clear(query)}
    }
}

fn budgets(
    page: Page<BudgetRow>,
    now: OffsetDateTime,
    (query, ignored): &(BudgetQuery, Vec<String>),
) -> impl IntoView + use<> {
    let (pager, result) = (pager(&page, query), result(&page, "budget", "budgets"));
    let body = if page.rows.is_empty() {
        no_budgets(query)
    } else {
        let head = columns(query);
        let rows = page.rows.into_iter().map(|row| budget_row(row, now)).views();
        view! {
            <Table label="Budgets">
                {head} <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    view! {
        {ignored_notice(ignored)}
        {result}
        {body}
        {pager}
    }
}

fn columns(query: &BudgetQuery) -> impl IntoView + use<> {
    let [name, limit, updated] =
        [BudgetSort::Name, BudgetSort::HardLimit, BudgetSort::Updated].map(|sort| query.head(sort));
    view! {
        <TableHead>
            <SortHeader label="Name" by=name />
            <Header label="Category" width=Width::Medium />
            <Header label="Soft limit" figures=true width=Width::Medium priority=SOFT_LIMIT />
            <SortHeader label="Hard limit" by=limit figures=true width=Width::Medium />
            <Header label="Resets" width=Width::Medium priority=PERIOD />
            <Header label="Assigned to" width=Width::Long />
            <SortHeader label="Updated" by=updated width=Width::Medium priority=UPDATED />
        </TableHead>
    }
}

fn no_budgets(query: &BudgetQuery) -> AnyView {
    let text = query.search.as_ref().map_or_else(
        || "No budget has the category that is set.".to_owned(),
        |term| format!("No name that fits the filters contains “{term}”."),
    );
    let nothing = view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Wallet)
            title="No budgets yet"
            text="A budget says how much a person or a project may spend in one category. A maintainer creates it once and assigns it to many."
        />
    };
    let no_page = "No budgets on this page any more";
    empty(query, EmptyWords { no_match: ("No budgets found", text), no_page, nothing: nothing.into_any() })
}
