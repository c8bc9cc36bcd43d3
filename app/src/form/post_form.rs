//! The one way to send a form. Without scripts the browser posts it and follows the redirect; with scripts the same
//! post is sent in place and the page on the screen is read again (see [`send`](super::send)).
//!
//! One post of a form is under way at a time. Two that happen all the same, without scripts or before they run, are done
//! once: every form carries a key of its own.

use super::stamp::Stamp;
#[cfg(feature = "hydrate")]
use super::{Changes, post, under_way};
#[cfg(feature = "hydrate")]
use crate::detour::Detours;
use leptos::prelude::*;

/// A form that posts to a server function.
#[component]
pub fn PostForm(
    /// The address of the server function.
    #[prop(into)]
    action: String,
    /// Reload the whole document afterwards: for what changes everything, such as signing in.
    #[prop(optional)]
    whole_page: bool,
    /// For `form=` attributes of buttons elsewhere.
    #[prop(optional, into)]
    id: Option<String>,
    /// For the layout of the fields.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// The fields and buttons.
    children: Children,
) -> impl IntoView {
    let send = sender(whole_page);
    view! {
        <form method="post" action=action id=id class=class on:submit=send>
            {Stamp::make().map(Stamp::fields)}
            {children()}
        </form>
    }
}

#[cfg(feature = "hydrate")]
fn sender(whole_page: bool) -> impl Fn(leptos::ev::SubmitEvent) + 'static {
    use leptos_router::NavigateOptions;
    use leptos_router::hooks::use_navigate;

    let place = expect_context::<crate::ui::Place>();

    let changes = expect_context::<Changes>();
    let (navigate, detours) = (use_navigate(), Detours::get());
    move |event| {
        let Some(form) = post::form_of(&event) else { return };
        if under_way::is_under_way(&form) {
            return event.prevent_default();
        }
        if event.default_prevented() {
            return;
        }
        let button = post::submitter(&event);
        if whole_page || post::goes_as_document(&form) {
            return under_way::begin_as_document(&form, button.as_ref());
        }
        let Some((address, body)) = post::request_of(&form, button.as_ref()) else { return };
        event.prevent_default();
        under_way::begin(&form, button.as_ref());
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            let Some((sent, was_done)) = post::send(&form, button.as_ref(), &address, body).await else { return };
            if post::leaves_document(&sent.to, detours) {
                // The form stays under way until the document is left.
                let _ = window().location().assign(&sent.to);
                return;
            }
            under_way::end(&form);
            let stays = post::is_on_screen(&sent.to);
            place.answered(&form, was_done);
            navigate(&sent.to, NavigateOptions { replace: stays, scroll: false, ..NavigateOptions::default() });
            changes.bump(stays);
        });
    }
}

#[cfg(not(feature = "hydrate"))]
fn sender(_whole_page: bool) -> impl Fn(leptos::ev::SubmitEvent) + 'static {
    |_| {}
}
