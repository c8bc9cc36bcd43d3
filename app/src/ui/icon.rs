//! Icons: Lucide's drawings (`lucide-LICENSE.txt`), once in the page as a sprite and used by name.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

macro_rules! icons {
    ($($(#[$meta:meta])* $name:ident = $symbol:literal,)*) => {
        /// A drawing of the sprite. It never stands without a word, visible or hidden.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon {
            $($(#[$meta])* $name,)*
        }

        impl Icon {
            /// Every icon, in the order of the sprite.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The address of the symbol within the page.
            pub const fn href(self) -> &'static str {
                match self { $(Self::$name => concat!("#i-", $symbol),)* }
            }
        }
    };
}

icons! {
    /// Falling order.
    ArrowDown = "arrow-down",
    /// From old to new.
    ArrowRight = "arrow-right",
    /// Rising order.
    ArrowUp = "arrow-up",
    /// Deactivated.
    Ban = "ban",
    /// Days, a period.
    Calendar = "calendar",
    /// Spending.
    ChartColumn = "chart-column",
    /// Allowed, done.
    Check = "check",
    /// Opens downwards.
    ChevronDown = "chevron-down",
    /// The page before.
    ChevronLeft = "chevron-left",
    /// The page after, or closed details.
    ChevronRight = "chevron-right",
    /// Sortable, not sorted.
    ChevronsUpDown = "chevrons-up-down",
    /// Active, in order.
    CircleCheck = "circle-check",
    /// No sign-in yet.
    CircleDashed = "circle-dashed",
    /// Waiting, time.
    Clock = "clock",
    /// Copy to the clipboard.
    Copy = "copy",
    /// A file to save.
    Download = "download",
    /// More actions.
    Ellipsis = "ellipsis",
    /// Auditor, reading.
    Eye = "eye",
    /// A project.
    Folder = "folder",
    /// Projects.
    Folders = "folders",
    /// Premium models.
    Gem = "gem",
    /// Two versions.
    GitCompare = "git-compare-arrows",
    /// External.
    Globe = "globe",
    /// A matrix.
    Grid = "grid-3x3",
    /// Requests.
    Inbox = "inbox",
    /// Information.
    Info = "info",
    /// Project admin, access.
    KeyRound = "key-round",
    /// Administration.
    Landmark = "landmark",
    /// The overview.
    Dashboard = "layout-dashboard",
    /// A connection.
    Link = "link",
    /// Locked, fixed.
    Lock = "lock",
    /// Sign out, end a session.
    LogOut = "log-out",
    /// Unverified address.
    MailWarning = "mail-warning",
    /// The drawer.
    Menu = "menu",
    /// The platform.
    MessageSquare = "message-square",
    /// Nothing changes.
    Minus = "minus",
    /// A device, the system.
    Monitor = "monitor",
    /// Dark theme.
    Moon = "moon",
    /// An error, at a hard limit.
    OctagonAlert = "octagon-alert",
    /// Edit.
    Pencil = "pencil",
    /// Connected, the identity provider.
    Plug = "plug",
    /// Create, add.
    Plus = "plus",
    /// Try again.
    RefreshCw = "refresh-cw",
    /// Reset.
    RotateCcw = "rotate-ccw",
    /// Search.
    Search = "search",
    /// Settings.
    Settings = "settings",
    /// Admin.
    Shield = "shield",
    /// Maintainer.
    ShieldCheck = "shield-check",
    /// Light theme.
    Sun = "sun",
    /// Command-line tools.
    Terminal = "terminal",
    /// Delete.
    Trash = "trash-2",
    /// A warning, past a soft limit.
    TriangleAlert = "triangle-alert",
    /// Undo.
    Undo = "undo-2",
    /// A person, profile.
    User = "user-round",
    /// Remove a person.
    UserMinus = "user-minus",
    /// Add a person.
    UserPlus = "user-plus",
    /// Deactivate a person.
    UserX = "user-x",
    /// People.
    Users = "users",
    /// Budgets.
    Wallet = "wallet",
    /// Close, clear, remove.
    X = "x",
}

/// How large an icon is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSize {
    /// 12 px: inside badges.
    Tiny,
    /// 14 px: inside text.
    Small,
    /// 16 px.
    #[default]
    Default,
    /// 20 px: the phone bar, empty states.
    Large,
}

impl IconSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Tiny => "icon size-3",
            Self::Small => "icon size-3.5",
            Self::Default => "icon size-4",
            Self::Large => "icon size-5",
        }
    }
}

/// An icon in the colour of the text around it, hidden from readers: the word stands beside it.
#[component]
pub fn SvgIcon(
    /// Which drawing.
    icon: Icon,
    /// How large.
    #[prop(optional)]
    size: IconSize,
) -> impl IntoView {
    InertElement::new(markup(icon, size))
}

/// The icon as it is written: nothing of it changes, and lists have hundreds.
pub(super) fn markup(icon: Icon, size: IconSize) -> String {
    let (class, href) = (size.class(), icon.href());
    format!(r#"<svg class="{class}" aria-hidden="true"><use href="{href}"></use></svg>"#)
}

/// The brand's mark: spine and two leaves make a B.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="h-4.5 w-4 flex-none fill-current text-accent-ink" viewBox="0 0 16 18" aria-hidden="true">
            <use_ href="#mark" />
        </svg>
    }
}

/// The drawings that [`SvgIcon`] and [`Mark`] point at; stands once in the document, outside what hydrates.
#[cfg(feature = "ssr")]
#[component]
pub fn IconSprite() -> impl IntoView {
    view! { <svg class="absolute size-0" aria-hidden="true" inner_html=include_str!("sprite.svg")></svg> }
}

#[cfg(test)]
mod tests {
    use super::Icon;

    #[test]
    fn every_icon_has_its_symbol_and_every_symbol_its_icon() {
        let sprite = include_str!("sprite.svg");
        for icon in Icon::ALL {
            let symbol = format!("<symbol id=\"{}\"", icon.href().trim_start_matches('#'));
            assert_eq!(sprite.matches(&symbol).count(), 1, "{icon:?}");
        }
        assert_eq!(sprite.matches("<symbol ").count(), Icon::ALL.len() + 1, "the mark and nothing else beside them");
    }
}
