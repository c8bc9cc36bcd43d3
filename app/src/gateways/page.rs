//! The list of gateways.

use super::actions::{DismissGatewayToken, RevokeGateway};
use super::data::{Gateways, ReadGateways};
use crate::form::ConfirmForm;
use crate::page::crumbs::administration;
use crate::page::{Copied, HandedOver, Handover, LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{
    Badge, BadgeKind, ButtonKind, ButtonSize, Cell, Crumb, DialogButton, EmptyKind, EmptyState, Header, Icon, IconSize,
    LinkButton, PageHead, Priority, RelativeTime, Stacked, SvgIcon, Table, TableBody, TableHead, TableRow, Views as _,
    Width,
};
use domain::gateway::{GatewayRow, GatewayState};
use domain::id::GatewayId;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use time::OffsetDateTime;

/// Every gateway: whether its token is accepted, and when it was last used.
pub struct GatewaysPage {
    page: PageData<Gateways>,
}

impl LazyPage for GatewaysPage {
    fn load() -> Self {
        Self { page: use_page(|| ReadGateways {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Gateways" />
            {loaded(self.page, |dated, _| gateways(dated))}
        }
        .into_any()
    }
}

fn gateways(dated: WithServerTime<Gateways>) -> impl IntoView {
    let WithServerTime { now, data: Gateways { rows, may_manage, handover } } = dated;
    let token = handover.and_then(|(id, handover)| {
        let gateway = rows.iter().find(|row| row.id == id)?;
        let token = handed_over(gateway, handover).banner(now);
        Some(view! { <div class="pb-4">{token}</div> })
    });
    let create = move || may_manage.then(create_link);
    let content =
        if rows.is_empty() { no_gateways(may_manage).into_any() } else { table(rows, may_manage, now).into_any() };
    view! {
        <PageHead
            crumbs=administration([Crumb::here("Gateways")])
            title="Gateways"
            subtitle="API clients that reserve and report spend"
            actions=create
        />
        {token}
        {content}
    }
}

fn create_link() -> impl IntoView {
    view! {
        <LinkButton href=paths::NEW_GATEWAY kind=ButtonKind::Primary icon=Icon::Plus>
            "Create gateway"
        </LinkButton>
    }
}

fn handed_over(gateway: &GatewayRow, handover: Handover) -> HandedOver {
    HandedOver {
        handover,
        fact: format!("Token of {}", gateway.name),
        text: "Store it with the gateway, as a secret. It stays here for 10 minutes, or until you have handed it over; it \
               cannot be shown again."
            .to_owned(),
        copied: Copied::Token,
        dismiss: DismissGatewayToken::url(),
        fields: vec![("gateway", gateway.id.to_string())],
    }
}

fn no_gateways(may_manage: bool) -> impl IntoView {
    let actions = move || may_manage.then(create_link);
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Terminal)
            title="No gateways yet"
            text="A gateway is a program that calls models, such as a LiteLLM proxy. It asks Bursar before each call and reports what the call cost, so that budgets hold."
            actions
        />
    }
}

fn table(rows: Vec<GatewayRow>, may_manage: bool, now: OffsetDateTime) -> impl IntoView {
    let rows = rows.into_iter().map(|gateway| row(gateway, may_manage, now)).views();
    view! {
        <Table label="Gateways">
            <TableHead>
                <Header label="Name" />
                <Header label="State" width=Width::Medium />
                <Header label="Last used" width=Width::Medium />
                <Header label="Expires" width=Width::Medium />
                <Header label="Created" width=Width::Long priority=Priority::P3 />
                {may_manage.then(|| view! { <Header label="Revoke" is_hidden=true width=Width::Medium /> }).views()}
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
}

fn row(gateway: GatewayRow, may_manage: bool, now: OffsetDateTime) -> impl IntoView {
    let state = gateway.state(now);
    let GatewayRow { id, name, hint, created_by, created_at, last_used_at, expires_at, .. } = gateway;
    let revoke = (state != GatewayState::Revoked).then(|| revoke_form(id, &name));
    let creator = created_by.map(|creator| format!(" by {creator}"));
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <div class="grid min-w-0 gap-0.5 py-1.5">
                    <p class="truncate font-strong" title=name.clone()>
                        {name.clone()}
                    </p>
                    <p class="truncate text-xs text-ink-2">
                        "Token ends in " <code class="font-mono tracking-none">{hint}</code>
                    </p>
                </div>
            </Cell>
            <Cell>{state_of(state)}</Cell>
            <Cell label="Last used" class="num text-sm">
                {time(last_used_at, "Never", now)}
            </Cell>
            <Cell label="Expires" class="num text-sm">
                {time(expires_at, "Never", now)}
            </Cell>
            <Cell label="Created" stacked=Stacked::Line priority=Priority::P3 class="text-sm text-ink-2">
                <span class="block truncate">
                    <RelativeTime at=created_at now />
                    {creator}
                </span>
            </Cell>
            {may_manage
                .then(|| {
                    view! {
                        <Cell controls=true stacked=Stacked::Line>
                            <div class="flex justify-end">{revoke}</div>
                        </Cell>
                    }
                })
                .views()}
        </TableRow>
    }
}

fn time(at: Option<OffsetDateTime>, without: &'static str, now: OffsetDateTime) -> AnyView {
    at.map_or_else(|| without.into_any(), |at| view! { <RelativeTime at now /> }.into_any())
}

fn state_of(state: GatewayState) -> AnyView {
    match state {
        GatewayState::Active => view! {
            <span class="inline-flex items-center gap-1.5 text-sm [&>svg]:text-ink-2">
                <SvgIcon icon=Icon::CircleCheck size=IconSize::Small />
                "Active"
            </span>
        }
        .into_any(),
        GatewayState::Expired => view! { <Badge kind=BadgeKind::Warn icon=Icon::Clock>"Expired"</Badge> }.into_any(),
        GatewayState::Revoked => view! { <Badge kind=BadgeKind::Outline icon=Icon::Ban>"Revoked"</Badge> }.into_any(),
    }
}

fn revoke_form(id: GatewayId, name: &str) -> impl IntoView + use<> {
    let dialog = format!("revoke-{id}");
    let (target, of) = (dialog.clone(), format!(" {name}"));
    let opener = move || {
        view! {
            <DialogButton target=target size=ButtonSize::Small>
                "Revoke"
                <span class="sr-only">{of}</span>
            </DialogButton>
        }
    };
    view! {
        <ConfirmForm
            action=RevokeGateway::url()
            fields=vec![("gateway", id.to_string())]
            id=dialog
            question=format!("Revoke {name}?")
            consequence="Its token stops working at once: it can no longer ask before calls or report what they cost. A gateway that is set up as in docs/gateways.md then refuses every call. This cannot be undone; to connect it again, create another gateway."
            verb="Revoke gateway"
            opener
        />
    }
}
