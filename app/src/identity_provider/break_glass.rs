//! Break-glass, as administrators see it: whether it is allowed, and who issued and used the last codes.

use crate::ui::{Badge, BadgeKind, Fact, Facts, Icon, RelativeTime, Section, absolute, counted};
use domain::break_glass::{BreakGlassAccess, BreakGlassState, BreakGlassStatus};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn section(status: BreakGlassStatus, now: OffsetDateTime) -> impl IntoView {
    let BreakGlassStatus { is_allowed, last_issued, last_used } = status;
    let (kind, icon, state) = state(is_allowed, last_issued.as_ref(), last_used.as_ref());
    let refusals = last_issued.as_ref().map_or(0, |code| code.refusals);
    let refusals = (refusals > 0).then(|| {
        let refused = counted(i64::from(refusals), "code");
        view! { <Fact label="Refused">{format!("{refused} since the last one was issued")}</Fact> }
    });
    view! {
        <Section id="break-glass" title="Break-glass">
            <Facts>
                <Fact label="State">
                    <Badge kind icon>
                        {state}
                    </Badge>
                </Fact>
                <Fact label="Last issued">
                    {last_issued.map_or_else(|| "Never".into_any(), |code| issued(code, now).into_any())}
                </Fact>
                <Fact label="Last used">
                    {last_used.map_or_else(|| "Never".into_any(), |code| used(code, now).into_any())}
                </Fact>
                {refusals}
                <Fact label="What it is">
                    <p class="text-ink-2">
                        "While users cannot sign in, an operator runs " <code class="font-mono text-xs tracking-none">"bursar break-glass"</code>
                        " on the server. Its code opens one short session with a maintainer’s rights."
                    </p>
                </Fact>
            </Facts>
        </Section>
    }
}

/// What is open now. The last code that was used may have a session while another one waits.
fn state(
    is_allowed: bool,
    last_issued: Option<&BreakGlassAccess>,
    last_used: Option<&BreakGlassAccess>,
) -> (BadgeKind, Icon, String) {
    if !is_allowed {
        return (BadgeKind::Outline, Icon::Lock, "Turned off by BURSAR_BREAK_GLASS".to_owned());
    }
    let state = |code: Option<&BreakGlassAccess>| code.map(|code| code.state);
    match (state(last_used), state(last_issued)) {
        (Some(BreakGlassState::InUse { until }), _) => {
            (BadgeKind::Warn, Icon::TriangleAlert, format!("A session is open until {}", absolute(until)))
        }
        (_, Some(BreakGlassState::Waiting { until })) => {
            (BadgeKind::Warn, Icon::TriangleAlert, format!("A code can be used until {}", absolute(until)))
        }
        _ => (BadgeKind::Outline, Icon::CircleCheck, "Not active".to_owned()),
    }
}

fn issued(code: BreakGlassAccess, now: OffsetDateTime) -> impl IntoView {
    let outcome = match code.state {
        BreakGlassState::Waiting { .. } | BreakGlassState::InUse { .. } | BreakGlassState::Used => "",
        BreakGlassState::Revoked => ", revoked",
        BreakGlassState::Expired => ", expired unused",
    };
    view! {
        <RelativeTime at=code.issued_at now />
        {format!(" by {}{outcome}", code.issued_by)}
    }
}

fn used(code: BreakGlassAccess, now: OffsetDateTime) -> impl IntoView {
    let from = code.used_from.map(|address| format!(" from {address}")).unwrap_or_default();
    view! {
        {code.used_at.map(|at| view! { <RelativeTime at now /> })}
        {format!("{from}, issued by {}", code.issued_by)}
    }
}
