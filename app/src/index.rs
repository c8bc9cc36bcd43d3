//! The first page: where somebody's work begins.

use crate::me::{Me, use_me};
use crate::paths;
use crate::ui::awaited;
use domain::permission::Permission;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;

/// Leads those who see all users to the overview, a break-glass session to the identity provider, and other users to their own access.
#[component]
pub fn IndexPage() -> impl IntoView {
    let me = use_me();
    awaited(move || async move {
        me.get().await.ok().map(|me| {
            let path = match me {
                Me { break_glass: Some(_), .. } => paths::IDENTITY_PROVIDER,
                me if me.may(Permission::ViewUsers) => paths::OVERVIEW,
                _ => paths::MY_ACCESS,
            };
            // Going back leads to the page before the first one, not to the first one, which would lead on again.
            view! { <Redirect path options=NavigateOptions { replace: true, ..NavigateOptions::default() } /> }
        })
    })
}
