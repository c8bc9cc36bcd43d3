//! Whether the audit log is what was written: when that was last verified.

use super::data::Proof;
use crate::page::{PageData, WithServerTime};
use crate::paths;
use crate::ui::{Banner, BannerKind, Icon, IconSize, RelativeTime, SvgIcon, awaited};
use domain::audit::AuditProof;
use domain::count::counted;
use leptos::prelude::*;
use time::OffsetDateTime;

/// A line under the heading; nothing for users who may not see the log.
pub(super) fn line(proof: PageData<Proof>) -> AnyView {
    awaited(move || async move {
        let WithServerTime { now, data } = proof.get().await.ok()?;
        Some(match &data.last {
            Some(AuditProof { problems, problem: Some(first), verified_at, .. }) if *problems > 0 => {
                broken(*problems, first, *verified_at, now)
            }
            last => view! {
                <p class="flex flex-wrap items-center gap-x-1.5 px-gutter pb-3 text-sm text-ink-2">
                    <SvgIcon icon=Icon::CircleCheck size=IconSize::Small />
                    {words(last.as_ref(), now)}
                    {jobs_link(data.may_view_jobs)}
                </p>
            }
            .into_any(),
        })
    })
}

fn words(last: Option<&AuditProof>, now: OffsetDateTime) -> AnyView {
    match last {
        None => "Not verified yet. A job does it once a day.".into_any(),
        Some(proof) => {
            let (events, at) = (counted(proof.sealed, "sealed event"), proof.verified_at);
            let whole = proof.whole_at.filter(|whole| *whole != at);
            let whole = whole.map(|at| view! { " The whole chain: " <RelativeTime at now /> "." });
            view! {
                <span>
                    "Verified " <RelativeTime at now /> ": " {events} ", no problems." {whole}
                </span>
            }
            .into_any()
        }
    }
}

fn jobs_link(may_view: bool) -> Option<impl IntoView> {
    may_view.then(|| {
        view! {
            <a href=paths::JOBS class="rounded-sm underline underline-offset-[0.2em]">
                "Verify now under Jobs"
            </a>
        }
    })
}

fn broken(problems: i64, first: &str, at: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    let fact = "The audit log is not what was written.";
    let first =
        format!("{}: {first}. Run bursar verify-audit to see all of it. Verified ", counted(problems, "problem"));
    view! {
        <div class="px-gutter pb-3">
            <Banner kind=BannerKind::Danger fact>
                {first}
                <RelativeTime at now />
                "."
            </Banner>
        </div>
    }
    .into_any()
}
