//! Tables: a sticky head, hairlines, figures at the right; on a narrow sheet each row becomes a stack of cells.
//!
//! Roles are written out because a table whose parts are laid out as a grid is no table to readers any more.

use super::Views;
use super::icon::{Icon, IconSize, SvgIcon};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// Where a table stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableFit {
    /// From edge to edge of the sheet, text on the gutter.
    #[default]
    Sheet,
    /// Within a section.
    Section,
}

/// A table whose columns keep their widths; what does not fit is cut with an ellipsis.
#[component]
pub fn Table(
    /// What the rows are, for readers.
    #[prop(into)]
    label: String,
    /// Where it stands.
    #[prop(optional)]
    fit: TableFit,
    /// Too wide for a phone and not to be stacked: it scrolls sideways inside its own frame.
    #[prop(optional)]
    scrolls: bool,
    /// [`TableHead`] and [`TableBody`].
    children: Children,
) -> impl IntoView {
    let class = if scrolls {
        "group/table min-w-2xl table-fixed data-flush:mx-0"
    } else {
        "group/table table-fixed @max-p1:block"
    };
    let table = view! {
        <table role="table" aria-label=label.clone() class=class data-flush=(fit == TableFit::Section).then_some("")>
            {children()}
        </table>
    };
    if scrolls {
        view! {
            <div role="region" aria-label=label tabindex="0" class="overflow-x-auto print:overflow-visible">
                {table}
            </div>
        }
        .into_any()
    } else {
        table.into_any()
    }
}

/// The heads of the columns.
#[component]
pub fn TableHead(
    /// [`Header`] and [`SortHeader`].
    children: Children,
) -> impl IntoView {
    view! {
        <thead role="rowgroup" class="@max-p1:not-focus-within:sr-only">
            <tr role="row">{children()}</tr>
        </thead>
    }
    .into_any()
}

/// The rows.
#[component]
pub fn TableBody(
    /// [`TableRow`].
    children: Children,
) -> impl IntoView {
    view! {
        <tbody role="rowgroup" class="@max-p1:block">
            {children()}
        </tbody>
    }
}

/// One row; on a narrow sheet a grid of two columns.
#[component]
pub fn TableRow(
    /// [`Cell`].
    children: Children,
) -> impl IntoView {
    view! {
        <tr role="row" class="list-row">
            {children()}
        </tr>
    }
    .into_any()
}

/// From which width of the sheet a column is shown in a table with all columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Always.
    #[default]
    Always,
    /// From 52 rem.
    P2,
    /// From 62 rem.
    P3,
    /// From 72 rem.
    P4,
}

impl Priority {
    const fn class(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::P2 => "@max-p2:hidden",
            Self::P3 => "@max-p3:hidden",
            Self::P4 => "@max-p4:hidden",
        }
    }
}

/// Width of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// Shares what is left.
    #[default]
    Rest,
    /// 4.5 rem: a menu or one small button.
    Icon,
    /// 6.5 rem: a figure, a short time.
    Short,
    /// 8.5 rem: a word with an icon, a day.
    Medium,
    /// 12 rem: a name.
    Long,
    /// 16 rem: a name with a second line.
    Longer,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Self::Rest => "",
            Self::Icon => "w-18",
            Self::Short => "w-26",
            Self::Medium => "w-34",
            Self::Long => "w-48",
            Self::Longer => "w-64",
        }
    }
}

/// Room between figures at the right and the words of the next column at the left.
const FIGURES: &str = "text-end pe-6";

fn head(figures: bool, width: Width, priority: Priority) -> String {
    ["list-head", if figures { FIGURES } else { "text-start" }, width.class(), priority.class()].join(" ")
}

/// The head of a column that does not sort.
#[component]
pub fn Header(
    /// What the column holds.
    #[prop(into)]
    label: String,
    /// Figures stand at the right.
    #[prop(optional)]
    figures: bool,
    /// For readers only: a column of buttons.
    #[prop(optional)]
    is_hidden: bool,
    /// Stands before the words: an avatar.
    #[prop(optional, into)]
    picture: ViewFnOnce,
    /// How wide the column is.
    #[prop(optional)]
    width: Width,
    /// From which width it is shown.
    #[prop(optional)]
    priority: Priority,
) -> impl IntoView {
    view! {
        <th role="columnheader" scope="col" class=head(figures, width, priority)>
            <span class=if is_hidden { "sr-only" } else { "inline-flex items-center gap-1.5" }>
                {picture.run()}
                {label}
            </span>
        </th>
    }
}

/// How a list is sorted by a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// Rising.
    Ascending,
    /// Falling.
    Descending,
}

impl Sorted {
    /// As in a query.
    pub const fn from_descending(descending: bool) -> Self {
        if descending { Self::Descending } else { Self::Ascending }
    }
}

/// Where the head of a column leads, and how the list is sorted by it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortLink {
    /// The list sorted by this column, or the other way round when it already is.
    pub href: String,
    /// How the list is sorted by this column now, if it is.
    pub sorted: Option<Sorted>,
}

/// The link of a column that sorts; its arrow shows when it does, under the pointer and on focus.
const SORT: &str = "inline-flex min-h-6 items-center gap-1 rounded-sm hover:text-ink [&>svg]:opacity-0 \
    hover:[&>svg]:opacity-100 focus-visible:[&>svg]:opacity-100 group-[[aria-sort]]/sort:font-semibold \
    group-[[aria-sort]]/sort:text-ink group-[[aria-sort]]/sort:[&>svg]:opacity-100";

/// The head of a column that sorts: a link to the list in that order.
#[component]
pub fn SortHeader(
    /// What the column holds.
    #[prop(into)]
    label: String,
    /// Where it leads.
    by: SortLink,
    /// Figures stand at the right.
    #[prop(optional)]
    figures: bool,
    /// How wide the column is.
    #[prop(optional)]
    width: Width,
    /// From which width it is shown.
    #[prop(optional)]
    priority: Priority,
) -> impl IntoView {
    let SortLink { href, sorted } = by;
    let (order, icon) = match sorted {
        Some(Sorted::Ascending) => (Some("ascending"), Icon::ArrowUp),
        Some(Sorted::Descending) => (Some("descending"), Icon::ArrowDown),
        None => (None, Icon::ChevronsUpDown),
    };
    // The word, not the arrow, stands over the figures' end.
    let side = if figures { "flex-row-reverse" } else { "" };
    view! {
        <th role="columnheader" scope="col" aria-sort=order class=[&head(figures, width, priority), "group/sort"].join(" ")>
            <a href=href class=[SORT, side].join(" ")>
                {label}
                <SvgIcon icon size=IconSize::Tiny />
            </a>
        </th>
    }
}

/// Where a cell stands once its row is stacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stacked {
    /// The next free place.
    #[default]
    Next,
    /// At the right.
    End,
    /// A line of its own.
    Line,
    /// Not shown.
    Hidden,
}

impl Stacked {
    const fn class(self) -> &'static str {
        match self {
            Self::Next => "@max-p1:block",
            Self::End => "@max-p1:block @max-p1:justify-self-end @max-p1:text-end",
            Self::Line => "@max-p1:col-span-full @max-p1:block",
            Self::Hidden => "@max-p1:hidden",
        }
    }
}

/// A cell.
#[component]
pub fn Cell(
    /// Stands before the content once the row is stacked and the head is gone.
    #[prop(optional)]
    label: &'static str,
    /// Figures stand at the right.
    #[prop(optional)]
    figures: bool,
    /// Where it stands once the row is stacked.
    #[prop(optional)]
    stacked: Stacked,
    /// From which width it is shown while the row is not stacked; the same as its head's.
    #[prop(optional)]
    priority: Priority,
    /// Holds buttons or a select, whose focus rings must not be cut.
    #[prop(optional)]
    controls: bool,
    /// How its text is set.
    #[prop(optional)]
    class: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    let shown = if stacked == Stacked::Hidden { priority.class() } else { within_table(priority) };
    let class = [
        "list-cell",
        stacked.class(),
        shown,
        if figures { "num text-end pe-6 @max-p1:text-start" } else { "" },
        if controls { "overflow-visible!" } else { "" },
        class,
    ];
    let class = class.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    view! {
        <td role="cell" class=class data-label=(!label.is_empty()).then_some(label)>
            {children()}
        </td>
    }
}

/// A dropped column comes back when rows are stacked: there is room again.
const fn within_table(priority: Priority) -> &'static str {
    match priority {
        Priority::Always => "",
        Priority::P2 => "@p1:@max-p2:hidden",
        Priority::P3 => "@p1:@max-p3:hidden",
        Priority::P4 => "@p1:@max-p4:hidden",
    }
}

/// A name with a second line, beside a picture; the row's link, where it leads somewhere.
#[component]
pub fn NameCell(
    /// Where the row's object lives, if it has a page.
    #[prop(optional_no_strip, into)]
    href: Option<String>,
    /// The name.
    #[prop(into)]
    name: String,
    /// The second line: an address, a technical name.
    #[prop(optional_no_strip, into)]
    detail: Option<String>,
    /// The second line is a technical name.
    #[prop(optional)]
    code: bool,
    /// An avatar or tile.
    children: Children,
) -> impl IntoView {
    let face = if code {
        "block truncate font-mono text-[0.6875rem]/4 tracking-none text-ink-2"
    } else {
        "block truncate text-xs text-ink-2"
    };
    let content = view! {
        {children()}
        <span class="min-w-0">
            <span
                class="block truncate text-base/4.5 font-strong group-hover/name:underline group-hover/name:underline-offset-[0.2em]"
                title=name
            >
                {name.clone()}
            </span>
            {detail.map(|detail| view! { <span class=face title=detail.clone()>{detail.clone()}</span> }).views()}
        </span>
    };
    match href {
        Some(href) => view! {
            <a href=href class="group/name flex min-w-0 items-center gap-2.5 rounded-sm focus-visible:-outline-offset-2">
                {content}
            </a>
        }
        .into_any(),
        None => view! { <div class="flex min-w-0 items-center gap-2.5">{content}</div> }.into_any(),
    }
}
