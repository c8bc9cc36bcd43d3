//! The one way to send a form. Without scripts the browser posts it and follows the redirect; with scripts the same
//! post is sent in place and the page on the screen is read again (see [`crate::send`]).

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
            {children()}
        </form>
    }
}

#[cfg(feature = "hydrate")]
fn sender(whole_page: bool) -> impl Fn(leptos::ev::SubmitEvent) + 'static {
    use leptos_router::hooks::use_navigate;

    let changes = expect_context::<crate::flash::Changes>();
    let navigate = use_navigate();
    move |event| {
        if whole_page || event.default_prevented() {
            return;
        }
        let Some((address, body)) = hydrate::request_of(&event) else { return };
        event.prevent_default();
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            if let Some(sent) = hydrate::send(&event, &address, body).await {
                // The page that asks who one is sends the form on by itself, as a document.
                if sent.to.starts_with(crate::paths::CONFIRM) {
                    let _ = window().location().assign(&sent.to);
                    return;
                }
                let stays = hydrate::is_on_screen(&sent.to);
                navigate(&sent.to, Default::default());
                changes.bump(stays);
            }
        });
    }
}

#[cfg(not(feature = "hydrate"))]
fn sender(_whole_page: bool) -> impl Fn(leptos::ev::SubmitEvent) + 'static {
    |_| {}
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use crate::send::Sent;
    use domain::error::Refusal;
    use leptos::ev::SubmitEvent;
    use leptos::prelude::window;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use leptos::web_sys::{FormData, HtmlDialogElement, HtmlElement, HtmlFormElement, UrlSearchParams};

    const UNCERTAIN: u16 = Refusal::Uncertain.status();

    /// The address and body the browser would send, the button's own name and value among them.
    pub(super) fn request_of(event: &SubmitEvent) -> Option<(String, UrlSearchParams)> {
        let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
        let fields = FormData::new_with_form(&form).ok()?;
        if let Some(button) = submitter(event)
            && let (Some(name), Some(value)) = (button.get_attribute("name"), button.get_attribute("value"))
        {
            fields.append_with_str(&name, &value).ok()?;
        }
        let body = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
        Some((form.action(), body))
    }

    /// Sends it. When no answer can be read the browser sends the form itself, so that its own error page shows.
    pub(super) async fn send(event: &SubmitEvent, address: &str, body: UrlSearchParams) -> Option<Sent> {
        let busy = submitter(event);
        set_busy(busy.as_ref(), true);
        let answer = post(address, &body).await;
        set_busy(busy.as_ref(), false);
        close_dialog(busy.as_ref());
        let form: Option<HtmlFormElement> = event.target().and_then(|target| target.dyn_into().ok());
        match (&answer, form) {
            (Some((_, was_done)), Some(form)) => settle(&form, *was_done),
            (None, Some(form)) => drop(form.submit()),
            (_, None) => {}
        }
        answer.map(|(sent, _)| sent)
    }

    /// Once it was done, the form shows what the page says again; refused, it keeps what was typed, passwords too.
    fn settle(form: &HtmlFormElement, was_done: bool) {
        if was_done {
            form.reset();
        }
    }

    /// Where to go, and whether it was done.
    async fn post(address: &str, body: &UrlSearchParams) -> Option<(Sent, bool)> {
        let request = gloo_net::http::Request::post(address)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
            .body(JsValue::from(body.to_string()))
            .ok()?;
        let response = request.send().await.ok()?;
        let was_done = response.ok();
        if response.status() == UNCERTAIN {
            // Perhaps it was done: the page tells, and sending it again could do it twice.
            let here = Sent { to: window().location().pathname().ok()? };
            return Some((response.json().await.unwrap_or(here), was_done));
        }
        response.json().await.ok().map(|sent| (sent, was_done))
    }

    /// The dialog a form was sent from has been answered, whether the answer is done or refused: the page says which.
    fn close_dialog(button: Option<&HtmlElement>) {
        let dialog = button.and_then(|button| button.closest("dialog").ok().flatten());
        if let Some(dialog) = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok()) {
            // It was opened as one or the other; closing what is not open is refused and changes nothing.
            let _ = dialog.hide_popover();
            dialog.close();
        }
    }

    /// Whether a path leads to the page that is shown already, whatever its parameters.
    pub(super) fn is_on_screen(to: &str) -> bool {
        let path = to.split(['?', '#']).next();
        window().location().pathname().is_ok_and(|here| Some(here.as_str()) == path)
    }

    fn submitter(event: &SubmitEvent) -> Option<HtmlElement> {
        event.submitter()?.dyn_into().ok()
    }

    fn set_busy(button: Option<&HtmlElement>, busy: bool) {
        if let Some(button) = button {
            let _ = if busy { button.set_attribute("aria-busy", "true") } else { button.remove_attribute("aria-busy") };
        }
    }
}
