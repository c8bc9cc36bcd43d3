//! One's own sessions, on the profile.

use super::actions::{EndSession, SignOutEverywhere};
use crate::form::{Hidden, PostForm};
use crate::ui::{
    Badge, BadgeKind, Button, ButtonKind, ButtonSize, ConfirmDialog, DialogButton, Icon, RelativeTime, SvgIcon, keyed,
};
use domain::id::SessionId;
use domain::session::SessionRow;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

/// Every session, and the way to end them all.
pub(super) fn list(sessions: Vec<SessionRow>, now: OffsetDateTime) -> impl IntoView {
    let count = sessions.len();
    let rows = keyed(sessions.into_iter().map(|session| (session.id.to_string(), row(session, now))));
    view! {
        <ul class="-mt-2.5">{rows}</ul>
        {sign_out_everywhere(count)}
    }
}

fn row(session: SessionRow, now: OffsetDateTime) -> impl IntoView {
    let SessionRow { id, device, address, is_current, signed_in_at, last_used_at } = session;
    let end = if is_current {
        view! { <Badge kind=BadgeKind::Outline>"This session"</Badge> }.into_any()
    } else {
        end_form(id, &device).into_any()
    };
    view! {
        <li class="grid min-h-row grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line py-2 [&>svg]:text-ink-2">
            <SvgIcon icon=Icon::Monitor />
            <div class="min-w-0">
                <p class="truncate text-sm font-strong">{device}</p>
                <p class="text-xs text-ink-2">
                    {address.map(|address| format!("{address} · "))} "signed in " <RelativeTime at=signed_in_at now />
                    " · last used " <RelativeTime at=last_used_at now />
                </p>
            </div>
            {end}
        </li>
    }
}

fn end_form(id: SessionId, device: &str) -> impl IntoView + use<> {
    let which = format!(" on {device}");
    view! {
        <PostForm action=EndSession::url()>
            <Hidden fields=vec![("session", id.to_string())] />
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small submit=true>
                "End session"
                <span class="sr-only">{which}</span>
            </Button>
        </PostForm>
    }
}

fn sign_out_everywhere(count: usize) -> impl IntoView {
    let sessions = if count == 1 { "Your session ends".to_owned() } else { format!("Your {count} sessions end") };
    let verb = || {
        view! {
            <Button kind=ButtonKind::Danger submit=true>
                "Sign out everywhere"
            </Button>
        }
    };
    view! {
        <PostForm action=SignOutEverywhere::url() whole_page=true class="-ms-3">
            <DialogButton target="sign-out-everywhere" kind=ButtonKind::DangerQuiet icon=Icon::LogOut>
                "Sign out everywhere"
            </DialogButton>
            <ConfirmDialog id="sign-out-everywhere" title="Sign out everywhere?" action=verb>
                <p>{sessions} ", here too. You sign in again with your password."</p>
            </ConfirmDialog>
        </PostForm>
    }
}
