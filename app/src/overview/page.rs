//! The page.

use super::changes::changes;
use super::data::ReadOverview;
use super::decisions::decisions;
use super::rail::rail;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::ui::{PageHead, SplitBody};
use domain::overview::Overview;
use leptos::prelude::*;
use leptos_meta::Title;

/// Where those who administer begin.
pub struct OverviewPage {
    page: PageData<Overview>,
}

impl LazyPage for OverviewPage {
    fn load() -> Self {
        Self { page: use_page(|| ReadOverview {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Overview" />
            {loaded(self.page, |dated, _| overview(dated))}
        }
        .into_any()
    }
}

fn overview(WithServerTime { now, data }: WithServerTime<Overview>) -> impl IntoView {
    let decisions = decisions(&data, now);
    let recent = data.audit.as_ref().map(|audit| changes(&audit.events, now));
    view! {
        <PageHead title="Overview" subtitle="What needs a decision, and how the platform is doing" />
        <SplitBody rail=move || rail(&data, now)>{decisions} {recent}</SplitBody>
    }
}
