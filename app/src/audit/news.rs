//! "3 new events": counted now and then while the first page is on the screen, which does not change by itself.

use super::data::CountNewEvents;
use crate::page::PageData;
use crate::page::list_page::Requested;
use crate::page::listing::ListQuery as _;
use crate::read::ask;
use crate::ui::{Banner, BannerKind, ButtonSize, Icon, LinkButton, counted};
use domain::audit::{AuditEvent, AuditQuery};
use domain::page::Page;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often new events are counted.
const PERIOD: Duration = Duration::from_secs(20);
/// As many as are counted.
const MOST: i64 = 100;

/// The notice; empty until there are new events.
pub(super) fn notice(page: PageData<Page<AuditEvent>>, requested: Requested<AuditQuery>) -> AnyView {
    let count = RwSignal::new(0_i64);
    Effect::new(move |_| {
        requested.track();
        count.set(0);
    });
    Effect::new(move |_| {
        if let Ok(every) = set_interval_with_handle(move || spawn_local(look(page, requested, count)), PERIOD) {
            on_cleanup(move || every.clear());
        }
    });
    view! {
        <div role="status">
            {move || {
                let count = count.get();
                (count > 0).then(|| shown(count, requested.read_untracked().0.clone().address()))
            }}
        </div>
    }
    .into_any()
}

fn shown(count: i64, href: String) -> impl IntoView {
    let fact = if count < MOST { counted(count, "new event") } else { format!("{MOST} new events or more") };
    let action = move || {
        view! {
            <LinkButton href size=ButtonSize::Small external=true>
                "Show"
            </LinkButton>
        }
    };
    view! {
        <div class="px-gutter pb-3">
            <Banner kind=BannerKind::Info icon=Icon::ArrowUp fact action />
        </div>
    }
}

async fn look(page: PageData<Page<AuditEvent>>, requested: Requested<AuditQuery>, count: RwSignal<i64>) {
    if document().hidden() {
        return;
    }
    let Some(query) = requested.try_get_untracked().map(|(query, _)| query).filter(|query| query.cursor.is_none())
    else {
        return;
    };
    let Ok(dated) = page.get().await else { return };
    let Some(newest) = dated.data.rows.first().map(|event| event.id.to_string()) else { return };
    if let Ok(new) = ask(CountNewEvents { query, newest }).await {
        count.try_set(new);
    }
}
