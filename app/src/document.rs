//! The HTML document around every page; server only.

use crate::App;
use crate::form::FormUser;
use crate::request::{self, RequestInfo};
use crate::ui::Views;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// The document. Scripts carry the nonce of the content security policy; nothing is fetched from elsewhere.
pub fn shell() -> impl IntoView {
    let info = request::info().ok();
    let theme = info.as_ref().and_then(|info| info.theme.attribute());
    let user = info.as_ref().and_then(FormUser::of).map(|user| user.to_string());
    let head = info.map(head);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-user=user>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                {head}
                <MetaTags />
            </head>
            <body>
                <App />
                <crate::ui::IconSprite />
            </body>
        </html>
    }
}

fn head(info: RequestInfo) -> impl IntoView {
    let assets = info.assets.as_ref().clone();
    let fonts = assets
        .fonts
        .into_iter()
        .map(|font| view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous" /> })
        .views();
    let nonce = use_nonce();
    view! {
        <link rel="icon" href=assets.icon />
        {fonts}
        <link rel="stylesheet" href=assets.stylesheet />
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
