//! The page between Bursar and the identity provider's end of the session.
//!
//! A form's answer may not redirect there: browsers apply `form-action` to every redirect that follows a form, and only the
//! provider knows through which addresses it leads. A page that has arrived may go anywhere, with and without scripts.

use super::refuse;
use crate::middleware::security_headers::{STATIC_PAGE_POLICY, sign_out_policy};
use crate::state::AppState;
use app::cookies::{self, CookieName};
use app::document::static_page;
use app::paths;
use app::request::{Assets, RequestInfo};
use app::theme::Theme;
use app::ui::{Button, ButtonKind, ButtonSize, Icon, LinkButton, LonelySheet};
use app::url::encode;
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use domain::flash::Flash;
use domain::provider::ProviderSignOut;
use http::header::CONTENT_SECURITY_POLICY;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use services::forms;

/// The longest address that servers and proxies surely take: IIS allows 2,048 bytes of query by default.
const MAX_ADDRESS_BYTES: usize = 2_000;

/// Leads on, once, to what signing out has left in this browser.
pub(super) async fn at_provider(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    request: Request,
) -> Response {
    let Some(kept) = &info.flash_cookie else { return Redirect::to(paths::SIGN_IN).into_response() };
    match forms::take(&state.services, None, kept).await {
        Ok(Some(Flash::SignOut(sign_out))) => {
            let (policy, html) = page(&state.assets, info.theme, sign_out);
            let mut response = Html(html).into_response();
            let headers = response.headers_mut();
            headers.extend(policy.parse().ok().map(|policy| (CONTENT_SECURITY_POLICY, policy)));
            cookies::append(headers, &CookieName::Flash.remove());
            response
        }
        Ok(_) => Redirect::to(paths::SIGN_IN).into_response(),
        Err(fault) => refuse(&state, &request.into_parts().0, fault.into()),
    }
}

/// The policy and the page. It goes on by itself to an address; what is too long for one, it posts, for which scripts or
/// a click are needed.
fn page(assets: &Assets, theme: Theme, sign_out: ProviderSignOut) -> (String, String) {
    let address = address(&sign_out);
    if address.len() <= MAX_ADDRESS_BYTES {
        let refresh = view! { <meta http-equiv="refresh" content=format!("0; url={address}") /> };
        let html = static_page(assets, theme, TITLE, refresh, || sheet(&sign_out, link(&sign_out, address)));
        return (STATIC_PAGE_POLICY.to_owned(), html);
    }
    let nonce = Nonce::new();
    let html = static_page(assets, theme, TITLE, (), || sheet(&sign_out, form(&sign_out, nonce.clone())));
    (sign_out_policy(&nonce), html)
}

const TITLE: &str = "Signing out";

/// The request as an address. An endpoint may have parameters of its own.
fn address(sign_out: &ProviderSignOut) -> String {
    let ours: Vec<String> =
        sign_out.parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let separator = if sign_out.endpoint.contains('?') { '&' } else { '?' };
    format!("{}{separator}{}", sign_out.endpoint, ours.join("&"))
}

fn sheet(sign_out: &ProviderSignOut, way: AnyView) -> impl IntoView + use<> {
    let provider = sign_out.kind.title();
    view! {
        <LonelySheet>
            <div class="grid gap-1">
                <h1 class="text-2xl font-semibold">{TITLE}</h1>
                <p class="text-base text-ink-2">
                    {format!("Your session in Bursar has ended. Continue to end your session at {provider} too.")}
                </p>
            </div>
            {way}
        </LonelySheet>
    }
}

fn link(sign_out: &ProviderSignOut, address: String) -> AnyView {
    let label = format!("Continue to {}", sign_out.kind.title());
    view! {
        <LinkButton href=address kind=ButtonKind::Primary size=ButtonSize::Large icon=Icon::LogOut external=true>
            {label}
        </LinkButton>
    }
    .into_any()
}

fn form(sign_out: &ProviderSignOut, nonce: Nonce) -> AnyView {
    let (endpoint, label) = (sign_out.endpoint.clone(), format!("Continue to {}", sign_out.kind.title()));
    let fields = sign_out.parameters.clone().into_iter();
    let fields: Vec<_> = fields.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect();
    view! {
        <form method="post" action=endpoint class="grid">
            {fields}
            <Button kind=ButtonKind::Primary size=ButtonSize::Large icon=Icon::LogOut submit=true>
                {label}
            </Button>
        </form>
        <script nonce=nonce>"document.forms[0].submit()"</script>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::provider::ProviderKind;

    fn sign_out(endpoint: &str, hint: &str) -> ProviderSignOut {
        let parameters = [("client_id", "bursar"), ("id_token_hint", hint)];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        ProviderSignOut { kind: ProviderKind::Keycloak, endpoint: endpoint.to_owned(), parameters }
    }

    #[test]
    fn short_sign_out_is_an_address_that_the_page_opens() {
        let (policy, html) = page(&Assets::default(), Theme::Dark, sign_out("https://id.example.com/end?a=b", "x\"y"));
        let address = "https://id.example.com/end?a=b&amp;client_id=bursar&amp;id_token_hint=x%22y";
        assert!(html.contains(&format!("content=\"0; url={address}\"")), "{html}");
        assert!(html.contains(&format!("href=\"{address}\"")) && !html.contains("<script"), "{html}");
        assert_eq!(policy, STATIC_PAGE_POLICY);
    }

    #[test]
    fn sign_out_too_long_for_an_address_is_posted() {
        let hint = "t".repeat(MAX_ADDRESS_BYTES);
        let (policy, html) = page(&Assets::default(), Theme::Dark, sign_out("https://id.example.com/end?a=b", &hint));
        assert!(html.contains("method=\"post\" action=\"https://id.example.com/end?a=b\""), "{html}");
        assert!(html.contains(&format!("name=\"id_token_hint\" value=\"{hint}\"")), "{html}");
        assert!(!html.contains("http-equiv") && !policy.contains("form-action"), "{policy} {html}");
    }
}
