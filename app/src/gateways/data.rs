//! What the pages of the gateways read.

use crate::error::PageError;
use crate::page::{Handover, WithServerTime};
use domain::gateway::GatewayRow;
use domain::id::GatewayId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {
    crate::request,
    domain::actor::Target,
    domain::gateway::GatewayState,
    domain::permission::{ManageGateways, Permission},
    services::Services,
    services::guard::Caller,
    services::{budgets, handover, views},
};

/// The page's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateways {
    /// The gateways that are not revoked first.
    pub rows: Vec<GatewayRow>,
    /// Whether the user may create and revoke gateways.
    pub may_manage: bool,
    /// The token that the user still has to hand over, and its gateway.
    pub handover: Option<(GatewayId, Handover)>,
}

/// Reads the gateways.
#[server(prefix = "/data", endpoint = "gateways")]
pub async fn read_gateways() -> Result<WithServerTime<Gateways>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let rows = views::gateways(&services, &caller.can(Target::Platform)?).await?;
        let may_manage = caller.actor.may(Permission::ManageGateways, Target::Platform);
        let handover = if may_manage { handover(&services, &caller, &rows).await? } else { None };
        Ok(Gateways { rows, may_manage, handover })
    })
    .await
}

/// The latest token that this browser has to hand over, also when the answer that brought its cookie was lost.
#[cfg(feature = "ssr")]
async fn handover(
    services: &Services,
    caller: &Caller,
    rows: &[GatewayRow],
) -> Result<Option<(GatewayId, Handover)>, services::Error> {
    let now = services.clock().now();
    let active = rows.iter().filter(|row| row.state(now) == GatewayState::Active).map(|row| row.id.0);
    let (session, token) = (caller.actor.session_id, request::handover_token()?);
    let found = handover::find_latest(services, session, &token, &active.collect::<Vec<_>>()).await?;
    Ok(found.map(|(holder, found)| (GatewayId(holder), found.into())))
}

/// Opens the form for a new gateway to those who may send it.
#[server(prefix = "/data", endpoint = "new-gateway")]
pub async fn open_new_gateway() -> Result<WithServerTime<()>, PageError> {
    crate::page::load_page(|services, caller| async move {
        caller.can::<ManageGateways>(Target::Platform)?;
        Ok(budgets::switched_on(&services)?)
    })
    .await
}
