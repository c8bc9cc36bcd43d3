//! What can be done about access: snapshots and anomalies.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::{parse_id, permitted},
    domain::access_anomaly::AcceptanceDraft,
    domain::error::Refusal,
    domain::permission::{AcceptAnomalies, TakeAccessSnapshots},
    services::{access_anomalies, jobs},
};

/// Name of the form that accepts an anomaly.
pub(super) const ACCEPT_FORM: &str = "accept-anomaly";

/// Has the job take a snapshot of the grants in Keycloak.
#[server(prefix = "/act", endpoint = "access-snapshots/take")]
pub async fn take_access_snapshot() -> Result<FormOutcome, PageError> {
    Form::new("take-access-snapshot", [])
        .submit(async move {
            let (services, can) = permitted::<TakeAccessSnapshots>()?;
            jobs::request_access_snapshot(&services, &can).await?;
            Ok(Done::at(paths::ACCESS_SNAPSHOTS).with_notice("The snapshot starts within a few seconds."))
        })
        .await
}

/// Accepts an anomaly as the page showed it.
#[server(prefix = "/act", endpoint = "access-anomalies/accept")]
pub async fn accept_anomaly(
    anomaly: String,
    version: String,
    reason: String,
    until: String,
) -> Result<FormOutcome, PageError> {
    Form::new(ACCEPT_FORM, [("reason", &reason), ("until", &until)])
        .submit(async move {
            let (services, can) = permitted::<AcceptAnomalies>()?;
            let draft = AcceptanceDraft::parse(&reason, &until, services.clock().now())?;
            let version = version.parse().map_err(|_| Refusal::NotFound)?;
            access_anomalies::accept(&services, &can, parse_id(&anomaly)?, version, &draft).await?;
            Ok(Done::at(paths::ACCESS_ANOMALIES).with_notice(format!("Anomaly accepted until {}.", draft.until)))
        })
        .await
}

/// Ends the acceptance of an anomaly.
#[server(prefix = "/act", endpoint = "access-anomalies/end-acceptance")]
pub async fn end_anomaly_acceptance(anomaly: String) -> Result<FormOutcome, PageError> {
    Form::new("end-anomaly-acceptance", [])
        .submit(async move {
            let (services, can) = permitted::<AcceptAnomalies>()?;
            let ended = access_anomalies::end_acceptance(&services, &can, parse_id(&anomaly)?).await?;
            let notice = if ended.is_some() {
                "Acceptance ended. The anomaly is open."
            } else {
                "The anomaly was not accepted. Nothing changed."
            };
            Ok(Done::here().with_notice(notice))
        })
        .await
}
