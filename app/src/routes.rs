//! Every page and its address.

use crate::flash::provide_flash;
use crate::projects::list::ProjectsPage;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
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
        <Routes fallback=|| "Not found">
            <ParentRoute path=path!("/settings") view=Shell ssr=SsrMode::Async>
                <Route path=path!("administration/projects") view={Lazy::<ProjectsPage>::new()} />
            </ParentRoute>
        </Routes>
    }
}

#[component]
fn Shell() -> impl IntoView {
    let me = crate::me::use_me();
    let name = move || Suspend::new(async move { me.await.map(|me| me.name).unwrap_or_default() });
    view! { <Transition>{name}</Transition> <Outlet /> }
}
