//! What the identity provider says about somebody, where it disagrees with what holds here.

use crate::form::{ConfirmForm, Hidden, PostForm};
use crate::paths;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Cell, DialogButton, Fact, Facts, Header, Icon, RelativeTime, Section,
    Stacked, Table, TableBody, TableFit, TableHead, TableRow, Views, Width, shown_address,
};
use crate::users::actions::{DismissIdentity, LinkIdentity};
use crate::users::data::UserView;
use domain::drift::{About, Difference};
use domain::user::IdentityConflict;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

/// Identities at the provider that have this person's address; nothing when there are none.
pub(super) fn conflicts(view: &UserView, now: OffsetDateTime) -> Option<AnyView> {
    if view.person.conflicts.is_empty() {
        return None;
    }
    let all = (0..).zip(view.person.conflicts.iter().cloned());
    let all = all.map(|(place, conflict)| one_conflict(view, place, conflict, now)).views();
    Some(
        view! {
            <Section id="conflicts" title="Address conflicts">
                <div class="grid gap-6">{all}</div>
            </Section>
        }
        .into_any(),
    )
}

fn one_conflict(view: &UserView, place: usize, conflict: IdentityConflict, now: OffsetDateTime) -> AnyView {
    let IdentityConflict { issuer, subject, name, address, address_verified, username, first_at, last_at } = conflict;
    let person = &view.person;
    let fields = vec![("person", person.id.to_string()), ("issuer", issuer.clone()), ("subject", subject.clone())];
    let fact = format!("{name} has the address of {} at the identity provider.", person.name);
    let id = format!("link-identity-{place}");
    let target = id.clone();
    let opener = move || view! { <DialogButton target icon=Icon::KeyRound>"Link to this account"</DialogButton> };
    let controls = view.may_manage.then(|| {
        let dismissed = fields.clone();
        view! {
            <div class="mt-3 flex flex-wrap gap-2">
                <ConfirmForm
                    action=LinkIdentity::url()
                    fields
                    id
                    question=format!("Let {name} sign in as {}?", person.name)
                    consequence="This identity then signs in to the account, with its roles and projects. The identity linked so far no longer does, and all sessions of both end. Do this only when you know that both belong to the same user."
                    verb="Link identity"
                    kind=ButtonKind::Primary
                    opener
                />
                <PostForm action=DismissIdentity::url()>
                    <Hidden fields=dismissed />
                    <Button kind=ButtonKind::Quiet submit=true>
                        "Dismiss"
                    </Button>
                </PostForm>
            </div>
        }
    });
    view! {
        <div>
            <div class="mb-2">
                <Banner kind=BannerKind::Warn fact>
                    "An address alone links no account: a user who can change it at the identity provider could take over any account."
                </Banner>
            </div>
            <Facts>
                <Fact label="Address">{shown_address(&address, address_verified)}</Fact>
                {username.map(|username| view! { <Fact label="Username">{username}</Fact> }).views()}
                <Fact label="Subject">
                    <code class="font-mono text-xs tracking-none">{subject}</code>
                </Fact>
                <Fact label="Issuer">{issuer}</Fact>
                <Fact label="First try">
                    <RelativeTime at=first_at now />
                </Fact>
                <Fact label="Last try">
                    <RelativeTime at=last_at now />
                </Fact>
            </Facts>
            {controls}
        </div>
    }
    .into_any()
}

/// Where the last token says something else; nothing for people who sign in by password.
pub(super) fn drift(view: &UserView, now: OffsetDateTime) -> Option<AnyView> {
    let drift = view.drift.clone()?;
    let claimed_at = drift.claimed_at;
    let read = move || view! { "Last token " <RelativeTime at=claimed_at now /> };
    let body = if drift.differences.is_empty() {
        let text = "The last token says the same as this page. What is changed there later has no effect here.";
        view! { <p class="text-sm text-ink-2">{text}</p> }.into_any()
    } else {
        let rows = drift.differences.into_iter().map(move |difference| row(difference, now)).views();
        view! {
            <p class="mb-2 max-w-136 text-sm text-ink-2">
                "What holds is what stands here. Correct it here, or at the provider so that both agree."
            </p>
            <Table label="Differences" fit=TableFit::Section>
                <TableHead>
                    <Header label="What" />
                    <Header label="Token says" width=Width::Medium />
                    <Header label="Holds here" width=Width::Medium />
                    <Header label="Changed here" width=Width::Longer />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    Some(
        view! {
            <Section id="drift" title="Identity provider" side=read>
                {body}
            </Section>
        }
        .into_any(),
    )
}

fn row(difference: Difference, now: OffsetDateTime) -> impl IntoView {
    let Difference { about, token, stored, changed } = difference;
    let what = match about {
        About::Role => "Role".into_any(),
        About::Kind => "Type".into_any(),
        About::Project(name) => {
            let href = paths::project(&name);
            view! {
                <a href=href class="rounded-sm wrap-anywhere hover:underline hover:underline-offset-[0.2em]">
                    {name}
                </a>
            }
            .into_any()
        }
    };
    let changed = match changed {
        Some(changed) => view! { {changed.actor} ", " <RelativeTime at=changed.at now /> }.into_any(),
        None => "Not since the first sign-in".into_any(),
    };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line class="text-sm font-strong">{what}</Cell>
            <Cell label="Token says" class="text-sm">{token}</Cell>
            <Cell label="Holds here" class="text-sm">{stored}</Cell>
            <Cell stacked=Stacked::Line label="Changed here">
                <span class="text-sm text-ink-2 wrap-anywhere">{changed}</span>
            </Cell>
        </TableRow>
    }
}
