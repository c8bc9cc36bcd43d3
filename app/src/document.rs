//! The HTML document around every page; server only.

use crate::App;
use crate::form::FormUser;
use crate::request::{self, Assets, RequestInfo};
use crate::theme::Theme;
use crate::ui::{IconSprite, Views};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// The document of the application. Scripts carry the nonce of the content security policy; nothing is fetched from
/// elsewhere.
pub fn shell() -> impl IntoView {
    let info = request::info().ok();
    let theme = info.as_ref().map(|info| info.theme).unwrap_or_default();
    let user = info.as_ref().and_then(FormUser::of).map(|user| user.to_string());
    let head = move || view! { {info.map(head)} <MetaTags /> };
    document(theme, user, head, || view! { <App /> })
}

/// A document without the application and its scripts: an error page, or the way to the identity provider's sign-out.
pub fn static_page<V: IntoView>(
    assets: &Assets,
    theme: Theme,
    title: &str,
    head: impl IntoView,
    body: impl FnOnce() -> V,
) -> String {
    let title = format!("{title} · Bursar");
    let head = || view! { <title>{title}</title> {head} {links(assets)} };
    Owner::new().with(|| document(theme, None, head, body).to_html())
}

fn document<H: IntoView, B: IntoView>(
    theme: Theme,
    user: Option<String>,
    head: impl FnOnce() -> H,
    body: impl FnOnce() -> B,
) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute() data-user=user>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                {head()}
            </head>
            <body>
                // The mark points into the sprite.
                {body()} <IconSprite />
            </body>
        </html>
    }
}

fn links(assets: &Assets) -> impl IntoView + use<> {
    view! {
        <link rel="icon" href=assets.icon.clone() />
        <link rel="stylesheet" href=assets.stylesheet.clone() />
    }
}

fn head(info: RequestInfo) -> impl IntoView {
    let assets = info.assets;
    let fonts = assets
        .fonts
        .iter()
        .cloned()
        .map(|font| view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous" /> })
        .views();
    let nonce = use_nonce();
    view! {
        {fonts}
        {links(&assets)}
        <link rel="modulepreload" href=assets.script.clone() nonce=nonce.clone() />
        <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=nonce>{start_script(&assets.script, &assets.wasm)}</script>
    }
}

/// Loads the wasm and hands the document over to it. A module script, so that it runs when all of the document is there.
fn start_script(script: &str, wasm: &str) -> String {
    let code = include_str!("document/start.js").replace("{script}", script).replace("{wasm}", wasm);
    let lines = code.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
