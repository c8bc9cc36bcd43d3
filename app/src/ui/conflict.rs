//! Two people changed the same thing: both values side by side, nothing is lost.

use super::Views;
use super::banner::{Banner, BannerKind};
use super::button::{Button, ButtonKind, LinkButton};
use super::choice::tick_ring;
use super::table::{Header, Table, TableBody, TableFit, TableHead, Width};
use super::time::relative;
use domain::form::{Conflict, ConflictField};
use leptos::prelude::*;
use time::OffsetDateTime;

/// The fields of a form that was overtaken, to stand inside that form: one row a field with yours and theirs, the
/// stored value chosen at first; fields that agree go along unseen. Sends every field and `version`.
#[component]
pub fn ConflictFields(
    /// Both versions.
    conflict: Conflict,
    /// What was being edited: "budget".
    #[prop(into)]
    what: String,
    /// When the page was read.
    now: OffsetDateTime,
    /// The page that shows what is stored.
    #[prop(into)]
    discard_href: String,
) -> impl IntoView {
    let Conflict { saved_by, saved_at, version, fields } = conflict;
    let fact = format!("{saved_by} saved this {what} {},", relative(saved_at, now));
    let theirs = format!("{saved_by}, saved {}", relative(saved_at, now));
    view! {
        <div class="grid gap-4">
            <Banner kind=BannerKind::Warn fact alert=true>
                "while you were editing. Choose a value for each field that differs."
            </Banner>
            <input type="hidden" name="version" value=version.to_string() />
            <Table label="Both versions" fit=TableFit::Section>
                <TableHead>
                    <Header label="Field" width=Width::Medium />
                    <Header label="Yours, not saved" />
                    <Header label=theirs />
                </TableHead>
                <TableBody>{fields.into_iter().map(row).views()}</TableBody>
            </Table>
            <div class="flex flex-wrap gap-2">
                <Button kind=ButtonKind::Primary submit=true>
                    "Save chosen values"
                </Button>
                <LinkButton href=discard_href kind=ButtonKind::Quiet>
                    "Discard mine"
                </LinkButton>
            </div>
        </div>
    }
    .into_any()
}

const CELL: &str = "h-row border-b border-line px-2 first:ps-0 align-middle text-sm wrap-anywhere @max-p1:block @max-p1:h-auto \
    @max-p1:border-0 @max-p1:px-0";

fn row(field: ConflictField) -> impl IntoView {
    let ConflictField { name, label, yours, theirs } = field;
    let cells = if yours == theirs {
        let shown = if yours.is_empty() { "Empty".to_owned() } else { yours.clone() };
        view! {
            <td role="cell" colspan="2" class=[CELL, "text-ink-2 @max-p1:col-span-full"].join(" ")>
                <input type="hidden" name=name value=yours />
                {shown}
                <span class="text-xs">" (the same in both)"</span>
            </td>
        }
        .into_any()
    } else {
        view! {
            {pick(&name, "Yours", format!("{label}: keep yours"), yours, false)}
            {pick(&name, "Saved", format!("{label}: keep theirs"), theirs, true)}
        }
        .into_any()
    };
    view! {
        <tr
            role="row"
            class="@max-p1:grid @max-p1:grid-cols-2 @max-p1:gap-x-2 @max-p1:gap-y-0.5 @max-p1:border-b @max-p1:border-line @max-p1:py-2"
        >
            <th role="rowheader" scope="row" class=[CELL, "@max-p1:col-span-full"].join(" ")>
                {label}
            </th>
            {cells}
        </tr>
    }
}

/// One of the two values. Where there is no room for heads of columns, `whose` stands over it.
fn pick(name: &str, whose: &'static str, label: String, value: String, checked: bool) -> impl IntoView + use<> {
    let shown = if value.is_empty() { "Empty".to_owned() } else { value.clone() };
    let label = format!("{label}, {shown}");
    view! {
        <td role="cell" class=CELL>
            <span aria-hidden="true" class="hidden text-xs text-ink-2 @max-p1:block">{whose}</span>
            <label class="-mx-1.5 flex min-h-7 w-fit max-w-full items-center gap-2 rounded-sm px-1.5 has-checked:bg-accent-tint has-checked:font-strong @max-p1:mx-0 @max-p1:w-auto">
                <input
                    type="radio"
                    name=name.to_owned()
                    value=value
                    checked=checked
                    aria-label=label
                    class=tick_ring()
                />
                <span>{shown}</span>
            </label>
        </td>
    }
}
