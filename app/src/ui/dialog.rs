//! Dialogs: native, opened and closed by the browser itself, so that they work without scripts.
//!
//! A button opens its dialog by `command="show-modal"`. A browser that does not know commands takes the
//! `popovertarget` on the same button and shows the same dialog as a popover. Either way Escape closes it and the
//! focus goes back to the button.

use super::button::{Button, ButtonKind, ButtonSize};
use super::icon::{Icon, SvgIcon};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// A button that opens the dialog `target`.
#[component]
pub fn DialogButton(
    /// Id of the dialog.
    #[prop(into)]
    target: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Before the verb.
    #[prop(optional_no_strip, into)]
    icon: Option<Icon>,
    /// The verb with its object.
    children: Children,
) -> impl IntoView {
    view! {
        <Button kind size icon attr:commandfor=target.clone() attr:command="show-modal" attr:popovertarget=target>
            {children()}
        </Button>
    }
}

/// An icon that opens the dialog `target`, for the end of a row.
#[component]
pub fn DialogIconButton(
    /// Id of the dialog.
    #[prop(into)]
    target: String,
    /// The drawing.
    icon: Icon,
    /// What it does, with its object.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <super::button::IconButton
            icon
            label
            size=ButtonSize::Small
            attr:commandfor=target.clone()
            attr:command="show-modal"
            attr:popovertarget=target
        />
    }
}

/// Closes the dialog `target`; the focus stands here when a question opens, because it changes nothing.
#[component]
fn CancelButton(target: String) -> impl IntoView {
    view! {
        <Button
            attr:autofocus=true
            attr:commandfor=target.clone()
            attr:command="close"
            attr:popovertarget=target
            attr:popovertargetaction="hide"
        >
            "Cancel"
        </Button>
    }
}

/// A question before something is changed: what, the consequence in numbers, the verb on the button.
///
/// Stands inside the form it confirms, or holds a form in `children` whose submit button is `action`.
#[component]
pub fn ConfirmDialog(
    /// Unique in the page; [`DialogButton`]s name it as their target.
    #[prop(into)]
    id: String,
    /// The question, with its object: "Remove Ada from atlas?"
    #[prop(into)]
    title: String,
    /// The submit button: the verb with its object, [`ButtonKind::Danger`] where something is lost.
    #[prop(into)]
    action: ViewFnOnce,
    /// What follows, and fields if any.
    children: Children,
) -> impl IntoView {
    let (heading, body) = ([&id, "-title"].concat(), [&id, "-body"].concat());
    view! {
        <dialog
            id=id
            popover="auto"
            aria-labelledby=heading
            aria-describedby=body
            class="m-auto max-h-[calc(100dvh-2rem)] w-[min(30rem,calc(100vw-1rem))] overflow-y-auto rounded-xl bg-raised text-start text-base font-normal whitespace-normal text-ink shadow-e3"
        >
            <h2 id=heading.clone() class="px-5 pt-4.5 pb-1 text-lg font-semibold wrap-anywhere">
                {title}
            </h2>
            <div id=body.clone() class="grid content-start gap-4.5 px-5 pt-1.5 pb-5 text-base/5.5 text-ink-2">
                {children()}
            </div>
            <div class="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3">
                <CancelButton target=id.clone() />
                {action.run()}
            </div>
        </dialog>
    }
    .into_any()
}

/// A menu of actions behind one button.
#[component]
pub fn Menu(
    /// Unique in the page.
    #[prop(into)]
    id: String,
    /// What the actions are about, for readers: "More actions for Ada".
    #[prop(into)]
    label: String,
    /// [`MenuLink`]s and [`MenuButton`]s, the destructive one last.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="contents">
            <super::button::IconButton
                icon=Icon::Ellipsis
                label=label
                kind=ButtonKind::Default
                attr:popovertarget=id.clone()
            />
            <div id=id popover="auto" class=[POPOVER, "min-w-48 [position-area:bottom_span-left]"].join(" ")>
                {children()}
            </div>
        </div>
    }
    .into_any()
}

/// A popover near its button, or in the middle where the browser cannot place it.
pub(super) const POPOVER: &str = "m-auto rounded-lg bg-raised p-1 text-start text-sm text-ink shadow-e2 backdrop:bg-transparent \
    supports-[position-area:bottom]:inset-auto supports-[position-area:bottom]:mx-0 \
    supports-[position-area:bottom]:my-1 [position-try-fallbacks:flip-inline,flip-block]";

/// The look of an item of a menu.
pub(super) const ITEM: &str = "flex min-h-7.5 w-full items-center gap-2 rounded-md px-2 py-0.75 text-start text-sm \
    hover:bg-ink/6 focus-visible:rounded-md focus-visible:-outline-offset-2 [&>svg]:text-ink-2";

/// A line between items of a menu: before the destructive one.
#[component]
pub fn MenuRule() -> impl IntoView {
    view! { <hr class="-mx-1 my-1 border-line" /> }
}

/// A place, as an item of a menu.
#[component]
pub fn MenuLink(
    /// Where it is.
    #[prop(into)]
    href: String,
    /// Before the words.
    icon: Icon,
    /// What is there.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=ITEM>
            <SvgIcon icon />
            {children()}
        </a>
    }
}

/// An action, as an item of a menu; stands in its own form or opens a dialog by `attr:commandfor`.
#[component]
pub fn MenuButton(
    /// Before the verb.
    icon: Icon,
    /// Destroys something: last, and red.
    #[prop(optional)]
    danger: bool,
    /// Sends the form it stands in.
    #[prop(optional)]
    submit: bool,
    /// The verb.
    children: Children,
) -> impl IntoView {
    let colour = if danger { "text-danger-ink [&>svg]:text-danger-ink!" } else { "" };
    view! {
        <button type=if submit { "submit" } else { "button" } class=[ITEM, colour].join(" ")>
            <SvgIcon icon />
            {children()}
        </button>
    }
}
