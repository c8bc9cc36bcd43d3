//! Cards: only for things one compares side by side. Never a card in a card.

use super::icon::{Icon, SvgIcon};
use domain::budget::Category;
use leptos::prelude::*;

/// A row of cards that wraps.
#[component]
pub fn Cards(
    /// [`Card`]s.
    children: Children,
) -> impl IntoView {
    view! { <div class="grid grid-cols-[repeat(auto-fit,minmax(min(100%,14.5rem),1fr))] gap-3">{children()}</div> }
}

/// A thing that can be lifted out of the page.
#[component]
pub fn Card(
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="grid min-w-0 content-start gap-2.5 rounded-lg border border-line bg-raised px-4 py-3 shadow-e1">
            {children()}
        </div>
    }
}

/// The drawing of a budget's category.
pub const fn category_icon(category: Category) -> Icon {
    match category {
        Category::Platform => Icon::MessageSquare,
        Category::Cli => Icon::Terminal,
        Category::PremiumModels => Icon::Gem,
    }
}

/// The colour of a category beside its name, where a drawing has a part in it.
pub const fn category_ground(category: Category) -> &'static str {
    match category {
        Category::Platform => "bg-s1",
        Category::Cli => "bg-s2",
        Category::PremiumModels => "bg-s3",
    }
}

/// The colour of a category in a drawing.
pub const fn category_fill(category: Category) -> &'static str {
    match category {
        Category::Platform => "fill-s1",
        Category::Cli => "fill-s2",
        Category::PremiumModels => "fill-s3",
    }
}

/// A square with an icon, where an object has no initials.
#[component]
pub fn Tile(
    /// The drawing.
    icon: Icon,
    /// 52 px, in a page head.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let class = if large {
        "grid size-13 flex-none place-content-center rounded-lg bg-tag text-ink-2"
    } else {
        "grid size-7 flex-none place-content-center rounded-md bg-tag text-ink-2"
    };
    view! {
        <span class=class aria-hidden="true">
            <SvgIcon icon />
        </span>
    }
}
