//! The list of budgets.

use super::data::list_budgets;
use super::row::{PERIOD, SOFT_LIMIT, UPDATED, budget_row};
use crate::confirm::Hidden;
use crate::error::PageError;
use crate::listing::{LiveSearch, ignored_notice};
use crate::me::{Me, use_me};
use crate::page::{PageData, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    ButtonKind, Choice, Crumb, EmptyKind, EmptyState, FilterBar, FilterChip, Header, Icon, LinkButton, PageHead, Pager,
    SortHeader, Sorted, Table, TableBody, TableHead, Width,
};
use crate::url::with_params;
use domain::budget::{BudgetQuery, BudgetRow, BudgetSort, Category};
use domain::page::Page;
use domain::permission::Permission;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{LazyRoute, lazy_route};
use time::OffsetDateTime;

type Asked = Memo<(BudgetQuery, Vec<String>)>;

/// The list of budgets.
pub struct BudgetsPage {
    page: PageData<Page<BudgetRow>>,
    asked: Asked,
    me: Resource<Result<Me, PageError>>,
}

#[lazy_route]
impl LazyRoute for BudgetsPage {
    fn data() -> Self {
        let asked = use_params(BudgetQuery::from_params);
        Self { page: use_page(move || asked.get().0, list_budgets), asked, me: use_me() }
    }

    fn view(this: Self) -> AnyView {
        let BudgetsPage { page, asked, me } = this;
        let head = move || {
            Suspend::new(async move {
                let me = me.await.ok().filter(|me| me.budgets && me.may(Permission::ViewBudgets));
                me.map(|me| list_head(me.may(Permission::ManageBudgets), asked))
            })
        };
        view! {
            <Title text="Budgets" />
            <Transition>{head}</Transition>
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
        let term = Memo::new(move |_| asked.read().0.search.as_ref().map(ToString::to_string).unwrap_or_default());
        let href = move |search| address(BudgetQuery { search, ..asked.get_untracked().0 });
        view! { <LiveSearch label="Search budgets" placeholder="Name" term href /> }
    };
    view! {
        <PageHead crumbs title="Budgets" subtitle="In US dollars" actions=create />
        <FilterBar action=paths::BUDGETS search=search>
            {move || filters(&asked.read().0)}
        </FilterBar>
    }
}

/// What clearing search and filters leaves: the order and the number of rows.
fn cleared(query: &BudgetQuery) -> BudgetQuery {
    BudgetQuery { sort: query.sort, descending: query.descending, size: query.size, ..BudgetQuery::default() }
}

fn filters(query: &BudgetQuery) -> impl IntoView + use<> {
    let kept = cleared(query);
    let fields = kept.to_params();
    let categories = Category::ALL.map(|category| Choice::new(category.key(), category.title()));
    let clear = query.is_filtered().then(|| {
        view! {
            <LinkButton href=address(kept) kind=ButtonKind::Quiet>
                "Clear"
            </LinkButton>
        }
    });
    view! {
        <Hidden fields />
        <FilterChip
            id="filter-category"
            name="category"
            label="Category"
            options=categories.into()
            selected=query.category.map(|category| category.key().to_owned())
            clear_href=address(BudgetQuery { category: None, ..query.clone() })
            submit="Show budgets"
        />
        {clear}
    }
}

/// The list asked for, from its first page.
fn address(query: BudgetQuery) -> String {
    with_params(paths::BUDGETS, &BudgetQuery { cursor: None, ..query }.to_params())
}

fn budgets(
    page: Page<BudgetRow>,
    now: OffsetDateTime,
    (query, ignored): &(BudgetQuery, Vec<String>),
) -> impl IntoView + use<> {
    let at = |cursor| with_params(paths::BUDGETS, &BudgetQuery { cursor: Some(cursor), ..query.clone() }.to_params());
    let (previous, next) = (page.previous.map(at), page.next.map(at));
    let body = if page.rows.is_empty() {
        no_budgets(query).into_any()
    } else {
        let head = columns(query);
        let rows = page.rows.into_iter().map(|row| budget_row(row, now)).collect_view();
        view! {
            <Table label="Budgets">
                {head} <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    let size = query.size;
    let keep = query.to_params();
    view! {
        {ignored_notice(ignored)}
        {body}
        <Pager previous next size action=paths::BUDGETS keep />
    }
}

fn columns(query: &BudgetQuery) -> impl IntoView + use<> {
    let sorting = [BudgetSort::Name, BudgetSort::HardLimit, BudgetSort::Updated].map(|sort| {
        let is_sorted = query.sort == sort;
        let descending = is_sorted && !query.descending;
        let href = address(BudgetQuery { sort, descending, ..query.clone() });
        (href, is_sorted.then_some(Sorted::from_descending(query.descending)))
    });
    let [(by_name, name), (by_limit, limit), (by_updated, updated)] = sorting;
    view! {
        <TableHead>
            <SortHeader label="Name" href=by_name sorted=name />
            <Header label="Category" width=Width::Medium />
            <Header label="Soft limit" figures=true width=Width::Short priority=SOFT_LIMIT />
            <SortHeader label="Hard limit" href=by_limit sorted=limit figures=true width=Width::Short />
            <Header label="Resets" width=Width::Medium priority=PERIOD />
            <Header label="Assigned to" width=Width::Long />
            <SortHeader label="Updated" href=by_updated sorted=updated width=Width::Medium priority=UPDATED />
        </TableHead>
    }
}

fn no_budgets(query: &BudgetQuery) -> AnyView {
    if query.is_filtered() {
        let text = query.search.as_ref().map_or_else(
            || "No budget has the category that is set.".to_owned(),
            |term| format!("No name that fits the filters contains “{term}”."),
        );
        let clear = address(cleared(query));
        view! {
            <EmptyState
                kind=EmptyKind::NoMatch
                title="No budgets found"
                text
                actions=move || view! { <LinkButton href=clear>"Clear search and filters"</LinkButton> }
            />
        }
        .into_any()
    } else if query.cursor.is_some() {
        let first = address(query.clone());
        view! {
            <EmptyState
                kind=EmptyKind::NoMatch
                title="No budgets on this page any more"
                text="The list has become shorter since the last page was read."
                actions=move || view! { <LinkButton href=first>"Go to the first page"</LinkButton> }
            />
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                kind=EmptyKind::Nothing(Icon::Wallet)
                title="No budgets yet"
                text="A budget says how much a person or a project may spend in one category. A maintainer creates it once and assigns it to many."
            />
        }
        .into_any()
    }
}
