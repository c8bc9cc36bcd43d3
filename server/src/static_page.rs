//! Documents that the server writes without the application: error pages, and the way out to the identity provider.

use app::request::Assets;
use app::theme::Theme;
use app::ui::IconSprite;
use leptos::prelude::*;

/// A document in the look of the console. `head` is HTML that goes before the stylesheet.
pub fn document<V: IntoView>(
    assets: &Assets,
    theme: Theme,
    title: &str,
    head: &str,
    body: impl FnOnce() -> V,
) -> String {
    let (stylesheet, icon) = (&assets.stylesheet, &assets.icon);
    let theme = theme.attribute().map(|theme| format!(" data-theme=\"{theme}\"")).unwrap_or_default();
    // The mark points into the sprite.
    let body = Owner::new().with(|| view! { {body()} <IconSprite /> }.to_html());
    format!(
        r#"<!DOCTYPE html>
<html lang="en"{theme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Bursar</title>
{head}<link rel="icon" href="{icon}">
<link rel="stylesheet" href="{stylesheet}">
</head>
<body>{body}</body>
</html>
"#
    )
}
