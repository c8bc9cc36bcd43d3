//! What every list shares: addresses, pager, empty states, and the notice about parameters that were not understood.

use crate::ui::{Banner, BannerKind, ButtonKind, EmptyKind, EmptyState, LinkButton, Pager, SortLink, Sorted, counted};
use crate::url::with_params;
use domain::audit::AuditQuery;
use domain::budget::{BudgetQuery, BudgetRequestQuery, BudgetSort};
use domain::page::{Cursor, Page, PageSize};
use domain::project::{ProjectQuery, ProjectSort};
use domain::user::{UserQuery, UserSort};
use leptos::prelude::*;

/// What a list is asked for: something to search and filter by, an order, and a place in it.
pub trait ListQuery: Clone + Default + PartialEq + Send + Sync + 'static {
    /// The columns that sort.
    type Sort: Copy + PartialEq;
    /// The list's own address.
    const PATH: &'static str;
    /// The list's name in the navigation.
    const PLACE: &'static str;

    /// The parameters that differ from the defaults.
    fn params(&self) -> Vec<(&'static str, String)>;
    /// Whether anything narrows the list.
    fn is_narrowed(&self) -> bool;
    /// The order: column, and whether it falls.
    fn order(&self) -> (Self::Sort, bool);
    /// Rows on a page.
    fn size(&self) -> PageSize;
    /// What is searched for; empty for nothing.
    fn term(&self) -> String;
    /// Where the page begins, if not with the first row.
    fn place(&self) -> Option<&Cursor>;
    /// The same list in another order.
    fn ordered(self, sort: Self::Sort, descending: bool) -> Self;
    /// The same list with this many rows on a page.
    fn sized(self, size: PageSize) -> Self;
    /// The same list from a place on.
    fn placed(self, cursor: Option<Cursor>) -> Self;

    /// The address of the list, from its first page.
    fn address(self) -> String {
        with_params(Self::PATH, &self.placed(None).params())
    }

    /// What clearing search and filters leaves: the order and the number of rows.
    fn cleared(&self) -> Self {
        let (sort, descending) = self.order();
        Self::default().ordered(sort, descending).sized(self.size())
    }

    /// The head of a column: the list sorted by it, or the other way round when it already is.
    fn head(&self, sort: Self::Sort) -> SortLink {
        let (by, descending) = self.order();
        let is_sorted = by == sort;
        let href = self.clone().ordered(sort, is_sorted && !descending).address();
        SortLink { href, sorted: is_sorted.then_some(Sorted::from_descending(descending)) }
    }
}

macro_rules! list_query {
    ($query:ty, $sort:ty, $path:expr, $place:literal) => {
        impl ListQuery for $query {
            type Sort = $sort;
            const PATH: &'static str = $path;
            const PLACE: &'static str = $place;

            fn params(&self) -> Vec<(&'static str, String)> {
                self.to_params()
            }

            fn is_narrowed(&self) -> bool {
                self.is_filtered()
            }

            fn order(&self) -> (Self::Sort, bool) {
                (self.sort, self.descending)
            }

            fn size(&self) -> PageSize {
                self.size
            }

            fn term(&self) -> String {
                self.search.as_ref().map(ToString::to_string).unwrap_or_default()
            }

            fn place(&self) -> Option<&Cursor> {
                self.cursor.as_ref()
            }

            fn ordered(self, sort: Self::Sort, descending: bool) -> Self {
                Self { sort, descending, ..self }
            }

            fn sized(self, size: PageSize) -> Self {
                Self { size, ..self }
            }

            fn placed(self, cursor: Option<Cursor>) -> Self {
                Self { cursor, ..self }
            }
        }
    };
}

list_query!(UserQuery, UserSort, crate::paths::USERS, "Users management");
list_query!(ProjectQuery, ProjectSort, crate::paths::PROJECTS, "Projects management");
list_query!(BudgetQuery, BudgetSort, crate::paths::BUDGETS, "Budgets management");

/// What a list with one order has in common with others.
macro_rules! one_order {
    (ascending) => {
        one_order!(@ false);
    };
    (descending) => {
        one_order!(@ true);
    };
    (@ $descending:literal) => {
        type Sort = ();

        fn order(&self) -> ((), bool) {
            ((), $descending)
        }

        fn size(&self) -> PageSize {
            self.size
        }

        fn place(&self) -> Option<&Cursor> {
            self.cursor.as_ref()
        }

        fn ordered(self, (): (), _: bool) -> Self {
            self
        }

        fn sized(self, size: PageSize) -> Self {
            Self { size, ..self }
        }

        fn placed(self, cursor: Option<Cursor>) -> Self {
            Self { cursor, ..self }
        }
    };
}

impl ListQuery for AuditQuery {
    // The newest event first, in no other order.
    one_order!(descending);
    const PATH: &'static str = crate::paths::AUDIT_LOG;
    const PLACE: &'static str = "Audit log";

    fn params(&self) -> Vec<(&'static str, String)> {
        self.to_params()
    }

    fn is_narrowed(&self) -> bool {
        self.filter.is_set()
    }

    fn term(&self) -> String {
        self.filter.search.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

impl ListQuery for BudgetRequestQuery {
    // Those that wait first, in no other order.
    one_order!(ascending);
    const PATH: &'static str = crate::paths::REQUESTS;
    const PLACE: &'static str = "Requests";

    fn params(&self) -> Vec<(&'static str, String)> {
        self.to_params()
    }

    fn is_narrowed(&self) -> bool {
        self.state.is_some()
    }

    fn term(&self) -> String {
        String::new()
    }
}

/// The foot of a list; none where there are no rows.
pub fn pager<T, Q: ListQuery>(page: &Page<T>, query: &Q) -> Option<impl IntoView + use<T, Q>> {
    let at = |cursor: &Option<Cursor>| {
        let cursor = cursor.clone()?;
        Some(with_params(Q::PATH, &query.clone().placed(Some(cursor)).params()))
    };
    let (previous, next, size, keep) = (at(&page.previous), at(&page.next), query.size(), query.params());
    (!page.rows.is_empty()).then(|| view! { <Pager previous next size action=Q::PATH keep /> })
}

/// The way back to the whole list, while something narrows it.
pub fn clear<Q: ListQuery>(query: &Q) -> Option<impl IntoView + use<Q>> {
    query.is_narrowed().then(|| {
        view! {
            <LinkButton href=query.cleared().address() kind=ButtonKind::Quiet>
                "Clear"
            </LinkButton>
        }
    })
}

/// What stands in place of the rows: `no_match` when search or filters leave none of them, `nothing` when there are none.
pub fn empty(query: &impl ListQuery, one: &str, no_match: String, nothing: AnyView) -> AnyView {
    let (title, text, way, href) = if query.is_narrowed() {
        (format!("No {one}s found"), no_match, "Clear search and filters", query.cleared().address())
    } else if query.place().is_some() {
        let text = "The list has become shorter since the last page was read.".to_owned();
        (format!("No {one}s on this page any more"), text, "Go to the first page", query.clone().address())
    } else {
        return nothing;
    };
    let actions = move || view! { <LinkButton href>{way}</LinkButton> };
    view! { <EmptyState kind=EmptyKind::NoMatch title text actions /> }.into_any()
}

/// How many rows were found, for screen readers; said when a search or a filter changed it, as is the title of an empty
/// state otherwise.
pub fn result<T>(page: &Page<T>, one: &str) -> Option<impl IntoView + use<T>> {
    let is_all = page.previous.is_none() && page.next.is_none();
    let count = counted(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), one);
    let words = if is_all { count } else { format!("{count} on this page") };
    (!page.rows.is_empty()).then(|| view! { <p data-result class="sr-only">{words}</p> })
}

/// Names the parameters of the address that were not understood and therefore left out.
pub fn ignored_notice(ignored: &[String]) -> Option<impl IntoView + use<>> {
    let names = ignored.join(", ");
    (!ignored.is_empty()).then(|| {
        view! {
            <div class="px-gutter pb-3">
                <Banner kind=BannerKind::Warn fact="The address was not understood in full.">
                    {format!("Left out: {names}. Choose again.")}
                </Banner>
            </div>
        }
    })
}
