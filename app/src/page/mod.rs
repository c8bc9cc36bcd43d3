//! How every page gets its data: one server function, read while rendering, read again after a change.

pub(crate) mod budget_columns;
pub(crate) mod crumbs;
pub(crate) mod events_fact;
mod handed_over;
mod lazy_page;
pub(crate) mod list_page;
pub(crate) mod list_parts;
pub(crate) mod listing;
mod project_chip;
#[cfg(feature = "hydrate")]
mod search;

pub use handed_over::Handover;
pub(crate) use handed_over::{Copied, HandedOver};
pub use lazy_page::LazyPage;
pub(crate) use lazy_page::{NotLoaded, lazy_chunk};
#[cfg(target_arch = "wasm32")]
pub(crate) use lazy_page::{open_as_document, requested_address};
pub(crate) use project_chip::project_chip;
#[cfg(feature = "ssr")]
pub(crate) use ssr::load_page;

use crate::error::PageError;
use crate::form::{Changes, Forms, PageFlash};
use crate::me::Me;
use crate::read::Data;
use crate::ui::{
    EmptyKind, EmptyState, ErrorState, LinkButton, PageHead, Place, SkeletonPage, awaited_behind, keyed_by,
};
use crate::url;
use domain::error::Refusal;
use domain::page::Params;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_url};
#[cfg(feature = "hydrate")]
pub(crate) use search::search_in_place;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::pin::Pin;
use time::OffsetDateTime;

/// The data of a page and the moment it was read, from which relative times are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithServerTime<T> {
    /// The server's time.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
    /// What the page shows.
    pub data: T,
}

/// A page's data, being read.
pub(crate) type PageData<T> = Data<WithServerTime<T>>;

/// Reads a page's data, again whenever what is asked for or the data changes.
pub(crate) fn use_page<T, F>(asked: impl Fn() -> F + Send + Sync + 'static) -> PageData<T>
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: ServerFn<Output = WithServerTime<T>, Error = PageError> + Serialize + 'static,
{
    let changes = expect_context::<Changes>();
    Data::read(move || changes.count_here(), asked)
}

/// Reads what the address of the page asks for, until the page is left; what it says wrongly is dropped and named.
pub fn use_params<Q: Clone + PartialEq + Send + Sync + 'static>(read: fn(&mut Params) -> Q) -> Memo<(Q, Vec<String>)> {
    let address = use_url();
    Memo::new(move |_| {
        let mut params = Params::new(url::params(address.read().search()));
        let query = read(&mut params);
        (query, params.into_ignored())
    })
}

/// Shows a page once its data is there; keeps the old one while new data is read.
///
/// `show` gets the data and the forms of the page.
pub(crate) fn loaded<T, V>(
    page: PageData<T>,
    show: impl Fn(WithServerTime<T>, Forms) -> V + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
{
    shown(Box::new(move || {
        let show = show.clone();
        Box::pin(async move {
            let dated = page.get().await?;
            Ok(Box::new(move |forms| show(dated, forms).into_any()) as Ready)
        })
    }))
}

/// Shows a page that needs to know who is signed in; `show` gets `None` when only that could not be loaded.
///
/// A part of a page that waits by itself would be missing in a document that is ready before it.
pub(crate) fn loaded_with_me<T, V>(
    page: PageData<T>,
    me: Data<Me>,
    show: impl Fn(WithServerTime<T>, Option<Me>, Forms) -> V + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
{
    shown(Box::new(move || {
        let show = show.clone();
        Box::pin(async move {
            let dated = page.get().await?;
            let me = me.get().await.ok();
            Ok(Box::new(move |forms| show(dated, me, forms).into_any()) as Ready)
        })
    }))
}

/// A page that has its data and waits for its forms.
type Ready = Box<dyn FnOnce(Forms) -> AnyView + Send>;

type Reading = Pin<Box<dyn Future<Output = Result<Ready, PageError>> + Send>>;

fn shown(read: Box<dyn Fn() -> Reading + Send + Sync>) -> AnyView {
    let flash = expect_context::<PageFlash>();
    let place = use_context::<Place>();
    let (own, current) = (use_url(), use_location().pathname);
    let skeleton = || view! { <SkeletonPage /> }.into_any();
    awaited_behind(skeleton, move || {
        let read = read();
        async move {
            let flash = flash.get().await;
            let banner = flash.clone().and_then(crate::form::banner);
            let read = read.await;
            let path = own.try_with_untracked(|own| own.path().to_owned()).unwrap_or_default();
            // A page that is being left may be shown again, too.
            if let Some(place) = place.filter(|_| path == *current.read_untracked()) {
                place.settle(&path);
            }
            let body = match read {
                Ok(show) => show(Forms::from(flash)),
                Err(error) => refusal_page(&error).into_any(),
            };
            let banner = banner.map(|banner| view! { <div class="px-gutter pt-4">{banner}</div> });
            // Another object has elements of its own, although its page is made of the same ones.
            keyed_by(path, view! { {banner} {body} })
        }
    })
}

/// What stands where the page would have stood.
fn refusal_page(error: &PageError) -> impl IntoView + use<> {
    let request_id = error.request_id.clone().unwrap_or_default();
    match &error.refusal {
        // On the server the redirect is on its way; in the browser a full load asks for it.
        Refusal::SignedOut | Refusal::PasswordChangeDue => {
            Effect::new(|_| drop(window().location().reload()));
            ().into_any()
        }
        Refusal::NotFound => {
            refused("Nothing here", "It does not exist, or you don't have access. Ask the user who sent you the link.")
                .into_any()
        }
        Refusal::Forbidden(violation) => refused("You don't have access", &violation.to_string()).into_any(),
        other => {
            let text = other.to_string();
            view! {
                <Title text="Error" />
                <PageHead title="This page could not be read" />
                <ErrorState title="No answer" text request_id retry_href="" />
            }
            .into_any()
        }
    }
}

fn refused(title: &'static str, text: &str) -> impl IntoView + use<> {
    let text = text.to_owned();
    view! {
        <Title text=title />
        <PageHead title />
        <EmptyState
            kind=EmptyKind::NotAllowed
            title="You cannot open this page"
            text
            actions=|| view! { <LinkButton href=crate::paths::MY_ACCESS>"See what I may use"</LinkButton> }
        />
    }
}

#[cfg(feature = "ssr")]
mod ssr {
    use super::WithServerTime;
    use crate::error::PageError;
    use crate::request;
    use domain::error::Refusal;
    use services::Services;
    use services::guard::Caller;

    /// Loads the data of a page for the signed-in user, with the server's time.
    pub(crate) async fn load_page<T, F>(
        load: impl FnOnce(Services, Caller) -> F,
    ) -> Result<WithServerTime<T>, PageError>
    where
        F: Future<Output = Result<T, services::Error>>,
    {
        let (services, caller) = request::signed_in()?;
        let clock = services.clock().clone();
        let data = load(services, caller).await.map_err(Refusal::from)?;
        // Afterwards: nothing that was read, or happened while it was, lies in the future.
        Ok(WithServerTime { now: clock.now(), data })
    }
}
