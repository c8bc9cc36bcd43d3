//! What can be done to gateways.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::cookies::{self, CookieName},
    crate::form::{Done, Form},
    crate::paths,
    crate::request::{handover_token, parse_id, permitted, signed_in},
    domain::error::Refusal,
    domain::gateway::GatewayDraft,
    domain::id::GatewayId,
    domain::permission::ManageGateways,
    domain::shortened::shortened,
    services::{gateways, handover},
};

/// Name of the form for a new gateway.
pub(super) const CREATE_FORM: &str = "create-gateway";

/// Creates a gateway and has the list show its token until the user has handed it over.
#[server(prefix = "/act", endpoint = "gateways/create")]
pub async fn create_gateway(name: String, lifetime: String) -> Result<FormOutcome, PageError> {
    let form = Form::new(CREATE_FORM, [("name", &name), ("lifetime", &lifetime)]);
    form.submit(async move {
        let (services, can) = permitted::<ManageGateways>()?;
        let draft = GatewayDraft::parse(&name, &lifetime)?;
        let (gateway, token) = gateways::create(&services, &can, &draft).await?;
        let session = can.caller().actor.session_id;
        let kept = match handover_token() {
            Ok(key) => handover::keep(&services, session, &key, gateway.0, token.expose()).await.map_err(Refusal::from),
            Err(refusal) => Err(refusal),
        };
        // The gateway is created, whether or not the page can show its token.
        let done = Done::at(paths::GATEWAYS);
        Ok(match kept {
            Ok(()) => done.handing_over(),
            Err(_) => done
                .with_notice("The gateway is created but its token cannot be shown. Revoke it and create another one."),
        })
    })
    .await
}

/// Takes a token that was handed over off the page.
#[server(prefix = "/act", endpoint = "gateways/token-handed-over")]
pub async fn dismiss_gateway_token(gateway: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("handover", []);
    form.submit(async move {
        // What this session issued, whatever it may do now.
        let (services, caller) = signed_in()?;
        if !handover::dismiss(&services, caller.actor.session_id, parse_id::<GatewayId>(&gateway)?.0).await? {
            cookies::remove(CookieName::Handover);
        }
        Ok(Done::here().with_notice("Token removed from this page."))
    })
    .await
}

/// Revokes a gateway.
#[server(prefix = "/act", endpoint = "gateways/revoke")]
pub async fn revoke_gateway(gateway: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("revoke-gateway", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageGateways>()?;
        let revoked = gateways::revoke(&services, &can, parse_id(&gateway)?).await?;
        let notice = match revoked {
            Some(name) => format!("Gateway {} revoked. Its token is refused.", shortened(&name)),
            None => "The gateway was revoked already.".to_owned(),
        };
        Ok(Done::here().with_notice(notice))
    })
    .await
}
