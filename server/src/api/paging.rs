//! Pages on the wire: by number from 0 as clients know them, by cursor for deep ones (decision 9).

use super::code::Code;
use super::error::ApiError;
use super::query::{number, refused, text};
use super::schema::{CursorText, in_query, integer};
use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use domain::page::{Cursor, PageSize};
use http::header::LINK;
use http::request::Parts;
use http::{HeaderValue, Uri};
use serde::{Deserialize, Serialize};
use services::listing::{Listing, MAX_OFFSET, Slice};
use std::convert::Infallible;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, PartialSchema as _, ToSchema};

/// Which page; the number of rows on it has bounds of its own in every list.
#[derive(Clone, Debug, Deserialize)]
pub struct PageParams<const MIN: u32, const MAX: u32> {
    #[serde(default, deserialize_with = "number::<_, 0, MAX_OFFSET>")]
    page: u32,
    #[serde(default = "default_rows", deserialize_with = "number::<_, MIN, MAX>")]
    per_page: u32,
    #[serde(default, deserialize_with = "text")]
    cursor: Option<String>,
}

const fn default_rows() -> u32 {
    20
}

impl<const MIN: u32, const MAX: u32> IntoParams for PageParams<MIN, MAX> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let page = format!(
            "The number of the page, from 0. Pages reach {MAX_OFFSET} rows deep: `page` times `per_page` is at most that."
        );
        let cursor = "Where the page begins, in place of its number: from the `Link` of the page before.";
        let rows = integer(MIN.into(), MAX.into()).default(Some(default_rows().into()));
        vec![
            in_query("page", &page).schema(Some(integer(0, MAX_OFFSET.into()).default(Some(0.into())))).build(),
            in_query("per_page", "Rows on a page.").schema(Some(rows)).build(),
            in_query("cursor", cursor).schema(Some(CursorText::schema())).build(),
        ]
    }
}

impl<const MIN: u32, const MAX: u32> PageParams<MIN, MAX> {
    /// The rows to read.
    ///
    /// # Errors
    /// 400 for a page beyond the depth, 422 for an invalid cursor.
    pub fn slice(&self) -> Result<Slice, ApiError> {
        let rows = u16::try_from(self.per_page).unwrap_or(u16::MAX);
        let size = PageSize::for_programs(rows).map_err(|problem| refused("per_page", &problem))?;
        let cursor = self.cursor.as_deref().map(Cursor::parse).transpose();
        let cursor = cursor.map_err(|problem| refused("cursor", &problem))?;
        let skip = u64::from(self.page) * u64::from(self.per_page);
        let skip = u32::try_from(skip).ok().filter(|skip| *skip <= MAX_OFFSET || cursor.is_some());
        let skip = skip.ok_or_else(|| {
            ApiError::new(Code::PageTooDeep, format!("Pages reach {MAX_OFFSET} rows deep."))
                .helped("Follow the Link with rel=\"next\" of the page before: it goes on to the end.")
        })?;
        Ok(Slice { size, skip, cursor })
    }

    /// The answer: rows as the wire has them, how many there are, and a link to the next page.
    pub fn answer<T, W>(&self, uri: &Uri, listing: Listing<T>, show: impl FnMut(T) -> W) -> Paged<W> {
        let pagination = Pagination { total: listing.total, page: self.page, per_page: self.per_page };
        Linked::new(uri, listing, show, |data| PageBody { data, pagination })
    }

    /// The same in the envelope of projects' budgets.
    pub fn items<T, W>(&self, uri: &Uri, listing: Listing<T>, show: impl FnMut(T) -> W) -> Items<W> {
        let (total, page, per_page) = (listing.total, self.page, self.per_page);
        Linked::new(uri, listing, show, |items| ItemsBody { items, total, page, per_page })
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PageBody<T> {
    /// The rows.
    data: Vec<T>,
    /// Which page this is.
    pagination: Pagination,
}

/// Which page of how many rows.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = json!({"total": 120, "page": 0, "per_page": 20}))]
pub struct Pagination {
    /// How many rows there are: exact up to 10,000. Above, an estimate for a whole list and a lower bound for a
    /// filtered one, which grows with the pages read.
    #[schema(minimum = 0)]
    total: i64,
    /// The requested number.
    page: u32,
    /// Rows on a page.
    per_page: u32,
}

/// A page of a list in the envelope of projects' budgets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemsBody<T> {
    /// The rows.
    items: Vec<T>,
    /// How many rows there are: exact up to 10,000, above that a lower bound.
    #[schema(minimum = 0)]
    total: i64,
    /// The requested number.
    page: u32,
    /// Rows on a page.
    per_page: u32,
}

/// A page in its envelope, with the link to the next one.
#[derive(Debug)]
pub struct Linked<B> {
    next: Option<String>,
    body: B,
}

/// A page of most lists.
pub type Paged<T> = Linked<PageBody<T>>;
/// A page of the lists of projects' budgets.
pub type Items<T> = Linked<ItemsBody<T>>;

impl<B> Linked<B> {
    /// A page that was made elsewhere, with the link to the next one.
    pub fn to(uri: &Uri, next: Option<&Cursor>, body: B) -> Self {
        Self { next: next.map(|cursor| link(uri, cursor)), body }
    }

    fn new<T, W>(uri: &Uri, listing: Listing<T>, show: impl FnMut(T) -> W, body: impl FnOnce(Vec<W>) -> B) -> Self {
        let next = listing.page.next.map(|cursor| link(uri, &cursor));
        Self { next, body: body(listing.page.rows.into_iter().map(show).collect()) }
    }
}

impl<B: Serialize> IntoResponse for Linked<B> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        if let Some(link) = self.next.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}

/// The same list from another place on (RFC 8288).
fn link(uri: &Uri, cursor: &Cursor) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let kept = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    for (name, value) in kept.filter(|(name, _)| !["page", "cursor"].contains(&name.as_ref())) {
        query.append_pair(&name, &value);
    }
    query.append_pair("cursor", &cursor.to_string());
    format!("<{}?{}>; rel=\"next\"", uri.path(), query.finish())
}

/// The address asked for, with the prefix that nested routers hide.
#[derive(Clone, Debug)]
pub struct Address(pub Uri);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        OriginalUri::from_request_parts(parts, state).await.map(|OriginalUri(uri)| Self(uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::page::Direction;
    use uuid::Uuid;

    fn at(page: u32, per_page: u32) -> PageParams<1, 1000> {
        PageParams { page, per_page, cursor: None }
    }

    #[test]
    fn a_page_by_number_reaches_a_bounded_depth() {
        assert_eq!(at(50, 1000).slice().expect("the deepest").skip, 50_000);
        assert_eq!(at(51, 1000).slice().expect_err("too deep").status().as_u16(), 400);
        assert_eq!(at(u32::MAX, 1000).slice().expect_err("too deep").status().as_u16(), 400);
        let cursor = Some("nonsense".to_owned());
        assert_eq!(
            PageParams::<1, 1000> { cursor, ..at(0, 20) }.slice().expect_err("no cursor").status().as_u16(),
            422
        );
    }

    #[test]
    fn link_keeps_every_parameter_but_the_page() {
        let cursor = Cursor { direction: Direction::After, key: Some("ada".into()), id: Uuid::nil() };
        let uri: Uri = "/v1/admin/users?page=3&per_page=10&search=a%26b&filters=%7B%7D".parse().expect("an address");
        let link = link(&uri, &cursor);
        assert_eq!(
            link,
            format!("</v1/admin/users?per_page=10&search=a%26b&filters=%7B%7D&cursor={cursor}>; rel=\"next\"")
        );
    }
}
