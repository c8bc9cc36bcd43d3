//! Banners: what stays until it is dealt with.

use super::icon::{Icon, SvgIcon};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// What a banner is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BannerKind {
    /// Done, or in order.
    #[default]
    Neutral,
    /// Waiting, information.
    Info,
    /// Past a soft limit, refused by a rule.
    Warn,
    /// Failed, refused.
    Danger,
}

/// An icon, a bold fact, what follows from it, one button.
#[component]
pub fn Banner(
    /// What it is about.
    #[prop(optional)]
    kind: BannerKind,
    /// The fact.
    #[prop(into)]
    fact: String,
    /// In place of the icon of its kind.
    #[prop(optional)]
    icon: Option<Icon>,
    /// Read out at once: a problem that came up after the page was opened.
    #[prop(optional)]
    alert: bool,
    /// One button.
    #[prop(optional, into)]
    action: ViewFnOnce,
    /// What follows from it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (usual, ground) = match kind {
        BannerKind::Neutral => (Icon::CircleCheck, "bg-tag [&>svg]:text-ink-2"),
        BannerKind::Info => (Icon::Info, "bg-info-tint [&_b]:text-info-ink [&>svg]:text-info-ink"),
        BannerKind::Warn => (Icon::TriangleAlert, "bg-warn-tint [&_b]:text-warn-ink [&>svg]:text-warn-ink"),
        BannerKind::Danger => (Icon::OctagonAlert, "bg-danger-tint [&_b]:text-danger-ink [&>svg]:text-danger-ink"),
    };
    view! {
        <div role=alert.then_some("alert") class=[FRAME, ground].join(" ")>
            <SvgIcon icon=icon.unwrap_or(usual) />
            <p>
                <b class="font-semibold">{fact}</b>
                {children.map(|children| (" ", children()))}
            </p>
            <div class="flex gap-2 empty:hidden @max-p2:col-start-2 @max-p2:mt-1.5">{action.run()}</div>
        </div>
    }
    .into_any()
}

pub(super) const FRAME: &str = "grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-2.5 gap-y-0.5 rounded-lg \
    px-3 py-2.5 text-sm has-[button]:items-center has-[button]:py-2 has-[a]:items-center @max-p2:items-start! \
    @max-p2:grid-cols-[auto_minmax(0,1fr)] [&>svg]:my-0.5";
