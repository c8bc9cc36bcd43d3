//! Buttons, and links that look like them: a button for doing, a link for going.

use super::Views;
use super::icon::{Icon, IconSize, SvgIcon};
use leptos::prelude::*;

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do in view.
    Primary,
    /// Raised, with an edge.
    #[default]
    Default,
    /// Without an edge.
    Quiet,
    /// Destroys something; only inside the dialog that confirms it.
    Danger,
    /// The way to that dialog.
    DangerQuiet,
}

/// How tall a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// 28 px: in a section's head.
    Small,
    /// 32 px.
    #[default]
    Default,
    /// 40 px: sign-in and phones.
    Large,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "bg-accent text-on-accent shadow-e1 not-disabled:hover:bg-accent-hover",
            Self::Default => {
                "bg-raised text-ink inset-ring inset-ring-line-2 shadow-e1 not-disabled:hover:bg-hover [&>svg]:text-ink-2"
            }
            Self::Quiet => "text-ink-2 not-disabled:hover:bg-ink/6 not-disabled:hover:text-ink",
            Self::Danger => "bg-danger-solid text-on-danger shadow-e1 not-disabled:hover:bg-danger-solid/90",
            Self::DangerQuiet => "text-danger-ink not-disabled:hover:bg-danger-tint",
        }
    }
}

const BASE: &str = "inline-flex items-center justify-center gap-1.5 rounded-md py-0.5 font-strong whitespace-nowrap \
                    transition-colors focus-visible:rounded-md aria-disabled:cursor-progress disabled:bg-sunken disabled:text-ink-3 disabled:shadow-none \
                    disabled:inset-ring disabled:inset-ring-line disabled:[&>svg]:text-ink-3";

fn with_label(kind: ButtonKind, size: ButtonSize) -> String {
    let size = match size {
        ButtonSize::Small => "min-h-control-sm px-2.25 text-sm",
        ButtonSize::Default => "min-h-control px-3 text-sm",
        ButtonSize::Large => "min-h-control-lg px-4 text-base",
    };
    [BASE, kind.class(), size].join(" ")
}

/// A button that sends a form: what it says gives way to the progress, and its size stays.
const SENDING: &str = "group/submit relative aria-busy:[&>svg]:invisible";

fn icon_only(kind: ButtonKind, size: ButtonSize) -> String {
    let size = match size {
        ButtonSize::Small => "size-control-sm",
        ButtonSize::Default => "size-control",
        ButtonSize::Large => "size-control-lg",
    };
    [BASE, "aria-busy:[&>svg]:animate-spin", kind.class(), size].join(" ")
}

/// A button. Further attributes are passed on: `attr:name`, `attr:value`, `attr:form`, `attr:popovertarget`,
/// `attr:commandfor` with `attr:command`, `on:click`. While its form is under way it bears `aria-busy` and says what
/// happens.
#[component]
pub fn Button(
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Before the verb.
    #[prop(optional_no_strip, into)]
    icon: Option<Icon>,
    /// Sends the form it stands in.
    #[prop(optional)]
    submit: bool,
    /// Only when the reason stands beside it.
    #[prop(optional)]
    disabled: bool,
    /// The verb with its object.
    children: Children,
) -> impl IntoView {
    let class = with_label(kind, size);
    let class = if submit { [SENDING, &class].join(" ") } else { class };
    let words = if submit {
        view! {
            <span class="inline-flex items-center gap-1.5 group-aria-busy/submit:invisible">{children()}</span>
            <Progress />
        }
        .into_any()
    } else {
        children().into_any()
    };
    view! {
        <button type=kind_of(submit) class=class disabled=disabled>
            {icon.map(|icon| view! { <SvgIcon icon /> }).views()}
            {words}
        </button>
    }
}

/// A turning ring and what happens, over the words of a button. A button too narrow for both shows the ring alone: what
/// happens wraps out of sight. [`super::form`] writes it.
#[component]
fn Progress() -> impl IntoView {
    view! {
        <span class="absolute inset-x-1.5 inset-y-0 hidden items-center group-aria-busy/submit:flex">
            <span class="flex h-[1lh] w-full flex-wrap justify-center gap-x-1.5 overflow-hidden">
                <span class="grid h-[1lh] place-content-center">
                    <span class="size-3.5 animate-spin rounded-full border-2 border-current border-e-transparent"></span>
                </span>
                <span data-progress></span>
            </span>
        </span>
    }
}

/// A button that is only an icon; its label is for readers and for the pointer.
#[component]
pub fn IconButton(
    /// The drawing.
    icon: Icon,
    /// What it does, with its object: "Remove Ada from atlas".
    #[prop(into)]
    label: String,
    /// How much it stands out.
    #[prop(default = ButtonKind::Quiet)]
    kind: ButtonKind,
    /// How tall and wide it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Sends the form it stands in.
    #[prop(optional)]
    submit: bool,
) -> impl IntoView {
    view! {
        <button type=kind_of(submit) class=icon_only(kind, size) aria-label=label.clone() title=label>
            <SvgIcon icon size=icon_size(size) />
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Before the words.
    #[prop(optional_no_strip, into)]
    icon: Option<Icon>,
    /// It leads to no page: the browser follows it itself.
    #[prop(optional)]
    external: bool,
    /// What is there.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=with_label(kind, size) rel=external.then_some("external")>
            {icon.map(|icon| view! { <SvgIcon icon /> }).views()}
            {children()}
        </a>
    }
}

const fn kind_of(submit: bool) -> &'static str {
    if submit { "submit" } else { "button" }
}

const fn icon_size(size: ButtonSize) -> IconSize {
    match size {
        ButtonSize::Large => IconSize::Large,
        ButtonSize::Small | ButtonSize::Default => IconSize::Default,
    }
}
