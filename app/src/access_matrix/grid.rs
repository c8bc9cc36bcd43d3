//! A matrix on the screen: a grid whose heads stay in sight, and its legend.

use crate::ui::Views as _;
use leptos::prelude::*;

/// How a cell looks: glyph, wash and words say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    Disc,
    HalfDisc,
    Ring,
    Triangle,
    Dash,
    Slash,
}

/// A cell.
pub(super) struct GridCell {
    pub(super) glyph: Glyph,
    /// What is read out.
    pub(super) meaning: String,
    /// What is written beside the glyph; empty for a dash.
    pub(super) word: String,
    /// The number of a footnote.
    pub(super) footnote: Option<usize>,
}

/// The head of a column.
pub(super) struct GridColumn {
    pub(super) label: String,
    /// A path.
    pub(super) detail: String,
}

/// A row.
pub(super) struct GridRow {
    /// The heading that it stands under; said where it changes.
    pub(super) group: Option<String>,
    pub(super) title: String,
    pub(super) detail: String,
    /// Whether the title is a technical name.
    pub(super) is_code: bool,
    /// Where the title leads.
    pub(super) href: Option<String>,
    pub(super) cells: Vec<GridCell>,
}

/// The grid. It scrolls in its own frame, so that both heads can stay in sight.
pub(super) fn grid(label: &'static str, corner: &'static str, columns: Vec<GridColumn>, rows: Vec<GridRow>) -> AnyView {
    let width = columns.len() + 1;
    let heads = columns.into_iter().map(head).views();
    let mut group = None;
    let rows = rows.into_iter().flat_map(|next| {
        let heading = next.group.clone().filter(|name| group.as_ref() != Some(name));
        group = next.group.clone();
        [heading.map(|name| group_row(name, width)), Some(row(next))]
    });
    let rows = rows.flatten().views();
    view! {
        <div
            role="region"
            aria-label=label
            tabindex="0"
            class="relative max-h-[max(24rem,calc(100dvh-14rem))] overflow-auto focus-visible:-outline-offset-2 print:max-h-none print:overflow-visible"
        >
            <table role="table" aria-label=label class="w-auto min-w-full text-sm">
                <thead role="rowgroup">
                    <tr role="row">
                        <th
                            role="columnheader"
                            scope="col"
                            class="sticky start-0 top-0 z-3 w-42 min-w-42 border-b border-line-2 bg-paper pe-2 pb-2 align-bottom text-xs font-medium text-ink-2 @max-p1:w-33 @max-p1:min-w-33"
                        >
                            {corner}
                        </th>
                        {heads}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn head(column: GridColumn) -> impl IntoView {
    let GridColumn { label, detail } = column;
    view! {
        <th
            role="columnheader"
            scope="col"
            class="sticky top-0 z-2 min-w-26 max-w-40 border-b border-line-2 bg-paper px-2 pt-1.5 pb-2 align-bottom text-xs font-strong"
        >
            <span class="block wrap-anywhere">{label}</span>
            {(!detail.is_empty())
                .then(|| view! { <span class="block font-mono text-2xs font-normal tracking-none text-ink-2 wrap-anywhere">{detail}</span> })
                .views()}
        </th>
    }
}

fn group_row(name: String, width: usize) -> AnyView {
    view! {
        <tr role="row">
            <th role="rowheader" scope="rowgroup" colspan=width.to_string() class="border-b border-line pt-3.5 pb-1.25 text-xs font-medium text-ink-2">
                <span class="sticky start-0">{name}</span>
            </th>
        </tr>
    }
    .into_any()
}

fn row(row: GridRow) -> AnyView {
    let GridRow { title, detail, is_code, href, cells, .. } = row;
    let face = if is_code { "block font-mono font-medium tracking-none wrap-anywhere" } else { "block font-medium" };
    let cells = cells.into_iter().map(|entry| cell(entry, &title)).views();
    let named = match href {
        Some(href) => view! {
            <a href=href class="inline-block min-h-6 rounded-sm hover:underline hover:underline-offset-[0.2em]">
                {title}
            </a>
        }
        .into_any(),
        None => title.into_any(),
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="sticky start-0 z-1 border-b border-line bg-paper py-1.25 pe-2 align-middle">
                <span class=face>{named}</span>
                {(!detail.is_empty()).then(|| view! { <span class="block text-xs text-ink-2">{detail}</span> }).views()}
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

/// The ground of a cell and the colour of its words.
const fn wash(glyph: Glyph) -> &'static str {
    match glyph {
        Glyph::Disc => "bg-ink/13",
        Glyph::HalfDisc => "bg-ink/7",
        Glyph::Ring => "bg-ink/3",
        Glyph::Triangle => "bg-warn-tint font-semibold text-warn-ink",
        Glyph::Dash => "",
        Glyph::Slash => "font-normal text-ink-2",
    }
}

fn cell(entry: GridCell, row: &str) -> impl IntoView + use<> {
    let GridCell { glyph, meaning, word, footnote } = entry;
    let class = [
        "m-[1.5px] flex min-h-9.5 items-center gap-1.25 rounded-sm px-1.75 font-medium whitespace-nowrap",
        wash(glyph),
    ];
    let note = footnote.map(|number| {
        view! {
            <a
                href=format!("#footnote-{number}")
                rel="external"
                class="-me-1 grid size-6 place-content-center self-start text-2xs/4 font-semibold hover:underline"
            >
                <span class="sr-only">{format!("{row}, {meaning}: footnote ")}</span>
                {number}
            </a>
        }
    });
    let silent = word.is_empty() || word != meaning;
    view! {
        <td role="cell" class="h-px border-b border-line p-0">
            <div class=class.join(" ")>
                {mark(glyph)}
                {silent.then(|| view! { <span class="sr-only">{meaning.clone()} {(!word.is_empty()).then_some(": ")}</span> }).views()}
                {word}
                {note.views()}
            </div>
        </td>
    }
}

/// The drawing of a level.
fn mark(glyph: Glyph) -> AnyView {
    let (tint, shapes) = match glyph {
        Glyph::Disc => ("text-ink", r#"<circle cx="8" cy="8" r="5.5" fill="currentColor"/>"#),
        Glyph::HalfDisc => (
            "text-ink-2",
            r#"<path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" stroke="none"/><circle cx="8" cy="8" r="5.5"/>"#,
        ),
        Glyph::Ring => ("text-ink-2", r#"<circle cx="8" cy="8" r="5.5"/>"#),
        Glyph::Triangle => ("text-warn-ink", r#"<path d="M8 2.6 14 13H2Z"/><path d="M8 6.6v3M8 11.2v.1"/>"#),
        Glyph::Dash => ("text-ink-3", r#"<path d="M5.5 8h5"/>"#),
        Glyph::Slash => ("text-ink-3", r#"<path d="M4.5 11.5l7-7"/>"#),
    };
    view! { <svg class=["icon size-4 flex-none", tint].join(" ") viewBox="0 0 16 16" aria-hidden="true" inner_html=shapes></svg> }
        .into_any()
}

/// What the glyphs mean.
pub(super) fn legend(levels: impl IntoIterator<Item = (Glyph, &'static str)>) -> AnyView {
    let entry = |(glyph, meaning): (Glyph, &'static str)| {
        view! {
            <li class="inline-flex items-center gap-1.5">
                {mark(glyph)}
                {meaning}
            </li>
        }
    };
    view! {
        <ul aria-label="Legend" class="flex min-h-control-sm flex-wrap items-center gap-x-4.5 gap-y-1.5 pb-3 text-xs text-ink-2">
            {levels.into_iter().map(entry).views()}
        </ul>
    }
    .into_any()
}
