//! Every page and its address.

use crate::account::sign_in::SignInPage;
use crate::flash::provide_flash;
use crate::index::IndexPage;
use crate::layout::Layout;
use crate::projects::list::ProjectsPage;
use crate::ui::{LinkButton, LonelySheet};
use crate::users::create::NewPersonPage;
use crate::users::list::UsersPage;
use crate::users::person::PersonPage;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

/// The whole application, below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Bursar".to_owned() } else { format!("{title} · Bursar") } />
        <Router>
            <Frame />
        </Router>
    }
}

#[component]
fn Frame() -> impl IntoView {
    provide_flash();
    view! {
        <Routes fallback=NoSuchPage>
            <Route path=path!("/") view=IndexPage ssr=SsrMode::Async />
            <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
            <ParentRoute path=path!("/settings") view=Layout ssr=SsrMode::Async>
                <Route path=path!("administration/users") view={Lazy::<UsersPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("administration/users/new") view={Lazy::<NewPersonPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("administration/users/:id") view={Lazy::<PersonPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("administration/projects") view={Lazy::<ProjectsPage>::new()} ssr=SsrMode::Async />
            </ParentRoute>
        </Routes>
    }
}

/// For links that lead nowhere; a direct load is answered by the server.
#[component]
fn NoSuchPage() -> impl IntoView {
    view! {
        <Title text="Nothing here" />
        <LonelySheet>
            <h1 class="text-2xl">"There is nothing here"</h1>
            <p>"The address is not one of Bursar's pages. It may have been cut off or mistyped."</p>
            <p><LinkButton href="/">"Go to the first page"</LinkButton></p>
        </LonelySheet>
    }
}
