//! A page with one list: head, search and filters, a table, and an empty state.
//!
//! Everything that differs between lists is a value of [`ListPage`], so that a column or a filter is added in one place.

use super::crumbs::administration;
use super::list_parts::{Column, Filter};
use super::listing::{ListQuery, clear, ignored_notice, pager, result};
use super::{PageData, WithServerTime, loaded_with_me, use_page, use_params};
use crate::error::PageError;
use crate::form::Hidden;
use crate::me::{Me, use_me};
use crate::read::Data;
use crate::ui::{
    ButtonKind, Crumb, FilterBar, Icon, LinkButton, PageHead, SearchField, Table, TableBody, TableHead, TableRow,
    Views, awaited, keyed,
};
use domain::page::{Page, Params};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the address asks for, and the parameters that were not understood.
pub(crate) type Requested<Q> = Memo<(Q, Vec<String>)>;

/// The name of a table, and its columns.
pub(crate) type NamedTable<Q, R> = (&'static str, Vec<Column<Q, R>>);

/// What a list page consists of. `F` is what the filters show of the server's data, apart from the user.
pub(crate) struct ListPage<Q: ListQuery, R, F = ()> {
    /// One object: "user".
    pub(crate) one: &'static str,
    /// The heading: "Users".
    pub(crate) title: &'static str,
    /// Beside the heading.
    pub(crate) subtitle: fn(&Me) -> &'static str,
    /// Whether the user may see the list.
    pub(crate) may_open: fn(&Me) -> bool,
    /// The page that creates an object, for users who may.
    pub(crate) create: fn(&Me) -> Option<&'static str>,
    /// The list as files: what a file is called, and its address.
    pub(crate) files: fn(&Q) -> Vec<(&'static str, String)>,
    /// The fields that are searched: "Name or e-mail".
    pub(crate) searched: &'static str,
    /// What tells a row from the others.
    pub(crate) key: fn(&R) -> String,
    /// The filters, if the list has any for the user.
    pub(crate) filters: fn(&Q, &Me, &F) -> Vec<Filter<Q>>,
    /// The name of the table, and its columns.
    pub(crate) table: fn(&Q, Option<&Me>) -> NamedTable<Q, R>,
    /// Shown when there are no rows.
    pub(crate) empty: fn(&Q, Option<&Me>) -> AnyView,
}

impl<Q: ListQuery, R, F> Clone for ListPage<Q, R, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q: ListQuery, R, F> Copy for ListPage<Q, R, F> {}

/// The data of a list page, being loaded.
pub(crate) struct ListData<Q: ListQuery, R: 'static, F: 'static = ()> {
    pub(crate) page: PageData<Page<R>>,
    pub(crate) requested: Requested<Q>,
    pub(crate) me: Data<Me>,
    pub(crate) filtered_by: Option<Data<F>>,
}

impl<Q, R, F> ListData<Q, R, F>
where
    Q: ListQuery,
    R: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Loads what the address asks for, again whenever it changes.
    pub(crate) fn load<C>(
        parse: fn(&mut Params) -> Q,
        call: impl Fn(Q) -> C + Send + Sync + 'static,
        filtered_by: impl FnOnce(Requested<Q>) -> Option<Data<F>>,
    ) -> Self
    where
        C: ServerFn<Output = WithServerTime<Page<R>>, Error = PageError> + Serialize + 'static,
    {
        let requested = use_params(parse);
        let page = use_page(move || call(requested.get().0));
        Self { page, requested, me: use_me(), filtered_by: filtered_by(requested) }
    }

    /// The page, with a notice above the rows.
    pub(crate) fn view(self, list: ListPage<Q, R, F>, notice: impl IntoView + 'static) -> AnyView {
        let Self { page, requested, me, filtered_by } = self;
        let head = awaited(move || async move {
            let me = me.get().await.ok().filter(list.may_open)?;
            let filtered_by = match filtered_by {
                Some(filtered_by) => filtered_by.get().await.unwrap_or_default(),
                None => F::default(),
            };
            Some(list.head(me, requested, filtered_by))
        });
        let body = move |page, me: Option<Me>, _| list.body(page, &requested.get_untracked(), me.as_ref());
        view! {
            <Title text=list.title />
            {head}
            {notice}
            {loaded_with_me(page, me, body)}
        }
        .into_any()
    }
}

impl<Q, R, F> ListPage<Q, R, F>
where
    Q: ListQuery,
    R: 'static,
    F: Send + Sync + 'static,
{
    /// Title, search and filters. They stand outside the rows, so that the search keeps the focus while rows change.
    fn head(self, me: Me, requested: Requested<Q>, filtered_by: F) -> AnyView {
        let Self { one, title, searched, .. } = self;
        let crumbs = administration([Crumb::here(Q::PLACE)]);
        let create = (self.create)(&me);
        let file = |(name, href): (&'static str, String)| {
            view! {
                <LinkButton href icon=Icon::Download external=true>
                    {name}
                </LinkButton>
            }
        };
        let files = move || (self.files)(&requested.read().0).into_iter().map(file).views();
        let actions = move || {
            let create = create.map(|href| {
                view! {
                    <LinkButton href kind=ButtonKind::Primary icon=Icon::Plus>
                        {format!("Create {one}")}
                    </LinkButton>
                }
            });
            view! { {files} {create} }
        };
        let (label, value) = (format!("Search {one}s"), requested.with_untracked(|(query, _)| query.term()));
        let search = move || view! { <SearchField label placeholder=searched value /> };
        view! {
            <PageHead crumbs title subtitle=(self.subtitle)(&me) actions />
            <FilterBar action=Q::PATH search>
                {move || self.chips(&requested.read().0, &me, &filtered_by)}
            </FilterBar>
        }
        .into_any()
    }

    fn chips(self, query: &Q, me: &Me, filtered_by: &F) -> Option<AnyView> {
        let filters = (self.filters)(query, me, filtered_by);
        let (has_filters, submit) = (!filters.is_empty(), format!("Show {}s", self.one));
        has_filters.then(|| {
            let chips = filters.into_iter().map(|filter| filter.chip(&submit)).views();
            view! { <Hidden fields=query.cleared().params() /> {chips} {clear(query)} }.into_any()
        })
    }

    fn body(self, page: WithServerTime<Page<R>>, (query, ignored): &(Q, Vec<String>), me: Option<&Me>) -> AnyView {
        let WithServerTime { now, data: page } = page;
        let body = if page.rows.is_empty() {
            (self.empty)(query, me)
        } else {
            let (label, columns) = (self.table)(query, me);
            let head = columns.iter().map(|column| column.head(query)).views();
            let row = |row: &R| {
                let cells = columns.iter().map(|column| column.cell(row, now)).views();
                ((self.key)(row), view! { <TableRow>{cells}</TableRow> })
            };
            let rows = keyed(page.rows.iter().map(row));
            view! {
                <Table label>
                    <TableHead>{head}</TableHead>
                    <TableBody>{rows}</TableBody>
                </Table>
            }
            .into_any()
        };
        view! { {ignored_notice(ignored)} {result(&page, self.one)} {body} {pager(&page, query)} }.into_any()
    }
}
