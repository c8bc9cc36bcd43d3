//! How everything on a page is read: by a server function, with the page or again after a change.
//!
//! What comes to the browser stays a text until it is shown. Fetching is the same for all pages and loaded once; only a
//! page's own code knows how to understand its data.

use crate::error::PageError;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::pending;
use std::marker::PhantomData;

/// What a server function answers, being read.
pub struct Data<T: 'static> {
    answer: Resource<Answer, RawJson>,
    understood: PhantomData<fn() -> T>,
}

impl<T> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Data<T> {}

impl<T> Data<T>
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Reads what `asked` asks for, again whenever that changes or `again` counts on.
    pub fn read<F>(
        again: impl Fn() -> u32 + Send + Sync + 'static,
        asked: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: ServerFn<Output = T, Error = PageError> + Serialize + 'static,
    {
        Self { answer: place::read(again, asked), understood: PhantomData }
    }

    /// What was read, once it is there. Never for a page that was left meanwhile: a view that waited for something else
    /// first, such as the flash, may ask for it afterwards.
    ///
    /// # Errors
    /// The server function's, or that it did not answer.
    pub async fn get(self) -> Result<T, PageError> {
        if self.answer.is_disposed() {
            return pending().await;
        }
        self.answer.await.decode()
    }
}

/// Calls a server function once, not as a part of a page.
///
/// # Errors
/// The server function's, or that it did not answer.
pub(crate) async fn ask<F>(call: F) -> Result<F::Output, PageError>
where
    F: ServerFn<Error = PageError> + Serialize + 'static,
    F::Output: DeserializeOwned,
{
    place::ask(call).await
}

/// The answer of a server function whatever it holds.
#[derive(Clone)]
struct Answer(place::Content);

/// How an [`Answer`] goes along with a document: the server writes it, the browser takes it as it came.
struct RawJson;

/// The server takes no answers, the browser writes none.
#[derive(Debug)]
struct DecodedOnClientOnly;

#[cfg(feature = "ssr")]
mod place {
    use super::{Answer, DecodedOnClientOnly, Decoder, Encoder, RawJson};
    use crate::error::PageError;
    use domain::error::Refusal;
    use leptos::prelude::*;
    use leptos::server_fn::ServerFn;
    use serde::Serialize;
    use std::any::Any;
    use std::sync::Arc;

    /// The value itself, and how it is written.
    pub(super) type Content = Arc<dyn Written>;

    /// A value whose type is forgotten until it is shown.
    pub(super) trait Written: Any + Send + Sync {
        fn json(&self) -> serde_json::Result<String>;
    }

    impl<T: Serialize + Send + Sync + 'static> Written for Result<T, PageError> {
        fn json(&self) -> serde_json::Result<String> {
            serde_json::to_string(self)
        }
    }

    pub(super) fn read<F>(
        _again: impl Fn() -> u32 + Send + Sync + 'static,
        asked: impl Fn() -> F + Send + Sync + 'static,
    ) -> Resource<Answer, RawJson>
    where
        F: ServerFn<Error = PageError> + 'static,
        F::Output: Serialize + Sync + 'static,
    {
        let fetch = move |()| {
            let answer = asked().run_body();
            async move { Answer(Arc::new(answer.await)) }
        };
        Resource::new_with_options(|| (), fetch, true)
    }

    pub(super) async fn ask<F: ServerFn<Error = PageError>>(call: F) -> Result<F::Output, PageError> {
        call.run_body().await
    }

    impl Answer {
        pub(super) fn decode<T: Clone + 'static>(self) -> Result<T, PageError> {
            let value: &dyn Any = &*self.0;
            value.downcast_ref().cloned().unwrap_or_else(|| Err(Refusal::Internal.into()))
        }
    }

    impl Encoder<Answer> for RawJson {
        type Error = serde_json::Error;
        type Encoded = String;

        fn encode(answer: &Answer) -> serde_json::Result<String> {
            answer.0.json()
        }
    }

    impl Decoder<Answer> for RawJson {
        type Error = DecodedOnClientOnly;
        type Encoded = str;

        fn decode(_: &str) -> Result<Answer, DecodedOnClientOnly> {
            Err(DecodedOnClientOnly)
        }
    }
}

#[cfg(not(feature = "ssr"))]
mod place {
    use super::{Answer, DecodedOnClientOnly, Decoder, Encoder, RawJson};
    use crate::error::PageError;
    use crate::ui::Waiting;
    use leptos::prelude::*;
    use leptos::server_fn::client::Client;
    use leptos::server_fn::client::browser::BrowserClient;
    use leptos::server_fn::codec::PostUrl;
    use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
    use leptos::server_fn::request::ClientReq;
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;
    use leptos::server_fn::{ContentType, ServerFn};
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use std::pin::Pin;
    use std::sync::Arc;

    /// The text that came, or why none did.
    pub(super) type Content = Result<Arc<str>, PageError>;

    pub(super) fn read<F>(
        again: impl Fn() -> u32 + Send + Sync + 'static,
        asked: impl Fn() -> F + Send + Sync + 'static,
    ) -> Resource<Answer, RawJson>
    where
        F: ServerFn + Serialize,
    {
        resource(F::url(), Box::new(again), Box::new(move || serde_qs::to_string(&asked()).unwrap_or_default()))
    }

    pub(super) async fn ask<F>(call: F) -> Result<F::Output, PageError>
    where
        F: ServerFn + Serialize,
        F::Output: DeserializeOwned,
    {
        Answer(fetch(F::url(), serde_qs::to_string(&call).unwrap_or_default()).await).decode()
    }

    type Again = Box<dyn Fn() -> u32 + Send + Sync>;
    type Fields = Box<dyn Fn() -> String + Send + Sync>;

    // Apart from `read`, so that it is there once and not once a page.
    fn resource(address: &'static str, again: Again, fields: Fields) -> Resource<Answer, RawJson> {
        let waiting = expect_context::<Waiting>();
        let fetch = move |(_, fields)| -> Pin<Box<dyn Future<Output = Answer> + Send>> {
            let awaited = waiting.begin();
            Box::pin(async move {
                let answer = Answer(fetch(address, fields).await);
                drop(awaited);
                answer
            })
        };
        Resource::new_with_options(move || (again(), fields()), fetch, true)
    }

    async fn fetch(address: &str, fields: String) -> Content {
        let (form, json) = (PostUrl::CONTENT_TYPE, "application/json");
        let request: BrowserRequest = ClientReq::<PageError>::try_new_post(address, form, json, fields)?;
        let response = <BrowserClient as Client<PageError>>::send(request).await?;
        let is_refused = ClientRes::<PageError>::status(&response) >= 400;
        let text: String = ClientRes::<PageError>::try_into_string(response).await?;
        let variant = if is_refused { "Err" } else { "Ok" };
        Ok(format!("{{\"{variant}\":{text}}}").into())
    }

    impl Answer {
        pub(super) fn decode<T: DeserializeOwned>(self) -> Result<T, PageError> {
            let undecodable = |error: serde_json::Error| {
                Err(PageError::from_server_fn_error(ServerFnErrorErr::Deserialization(error.to_string())))
            };
            serde_json::from_str(&self.0?).unwrap_or_else(undecodable)
        }
    }

    impl Encoder<Answer> for RawJson {
        type Error = DecodedOnClientOnly;
        type Encoded = String;

        fn encode(_: &Answer) -> Result<String, DecodedOnClientOnly> {
            Err(DecodedOnClientOnly)
        }
    }

    impl Decoder<Answer> for RawJson {
        type Error = DecodedOnClientOnly;
        type Encoded = str;

        fn decode(text: &str) -> Result<Answer, DecodedOnClientOnly> {
            Ok(Answer(Ok(text.into())))
        }
    }
}
