//! Every part of the kit in every state, on `/_gallery` in development builds. All of it is made up.

mod forms;
mod lists;
mod states;

use crate::ui::{PageBody, PageHead, Section};
use leptos::prelude::*;
use leptos_meta::Title;
use time::OffsetDateTime;
use time::macros::datetime;

/// When the gallery believes it is.
const NOW: OffsetDateTime = datetime!(2026-11-17 09:13:20 UTC);

/// The page of the kit. It stands in the shell, which shows navigation and palette.
#[component]
pub(crate) fn GalleryPage() -> impl IntoView {
    view! {
        <Title text="Gallery" />
        <PageHead title="Gallery" subtitle="Every part of the kit, in every state" />
        <PageBody>
            {states::sections()}
            {forms::sections()}
        </PageBody>
        {lists::sections()}
    }
}

/// A part of the gallery.
fn shown(id: &'static str, title: &'static str, about: &'static str, parts: impl IntoView + 'static) -> AnyView {
    view! {
        <Section id title side=move || about>
            {parts}
        </Section>
    }
    .into_any()
}

/// A frame around a sample that would stand on the bare sheet.
fn framed(sample: impl IntoView + 'static) -> AnyView {
    view! { <div class="min-w-0 overflow-hidden rounded-lg border border-line">{sample}</div> }.into_any()
}

/// Samples beside each other where there is room.
fn beside(samples: Vec<AnyView>) -> AnyView {
    view! { <div class="grid grid-cols-[repeat(auto-fit,minmax(min(100%,18rem),1fr))] items-start gap-3">{samples}</div> }
        .into_any()
}

/// Small samples in a line that wraps.
fn in_line(samples: impl IntoView + 'static) -> AnyView {
    view! { <div class="flex flex-wrap items-center gap-2 py-1">{samples}</div> }.into_any()
}
