//! What the pages read.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::access_anomaly::{Anomalies, AnomalyPage, AnomalyQuery};
use domain::access_matrix::{Matrix, MatrixQuery};
use domain::access_snapshot::Snapshots;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Reads the declared matrix as far as it matches; `None` where none is declared.
#[server(prefix = "/data", endpoint = "access-matrix")]
pub async fn read_access_matrix(query: MatrixQuery) -> Result<WithServerTime<Option<Matrix>>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        Ok(services::views::access_matrix(&services, &caller.can(Target::Platform)?, &query))
    })
    .await
}

/// The page of the snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotsData {
    /// The snapshots, and what changed between two of them.
    pub snapshots: Snapshots,
    /// May take a snapshot.
    pub may_take: bool,
    /// Whether a matrix is declared, which has a page of its own.
    pub is_declared: bool,
}

/// Reads the snapshots, and what changed from one to another one.
#[server(prefix = "/data", endpoint = "access-snapshots")]
pub async fn read_access_snapshots(
    from: Option<i64>,
    to: Option<i64>,
) -> Result<WithServerTime<SnapshotsData>, PageError> {
    use domain::access_snapshot::ComparisonQuery;
    use domain::actor::Target;
    use domain::permission::TakeAccessSnapshots;
    crate::page::load_page(|services, caller| async move {
        let query = ComparisonQuery { from, to };
        let snapshots = services::views::access_snapshots(&services, &caller.can(Target::Platform)?, query).await?;
        let may_take = caller.can::<TakeAccessSnapshots>(Target::Platform).is_ok();
        Ok(SnapshotsData { snapshots, may_take, is_declared: services.settings().access_matrix.is_some() })
    })
    .await
}

/// The page of the anomalies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomaliesData {
    /// The anomalies.
    pub anomalies: Anomalies,
    /// Whether a matrix is declared, which has a page of its own.
    pub is_declared: bool,
}

/// Reads the anomalies that match.
#[server(prefix = "/data", endpoint = "access-anomalies")]
pub async fn read_access_anomalies(query: AnomalyQuery) -> Result<WithServerTime<AnomaliesData>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        let anomalies = services::views::access_anomalies(&services, &caller.can(Target::Platform)?, query).await?;
        Ok(AnomaliesData { anomalies, is_declared: services.settings().access_matrix.is_some() })
    })
    .await
}

/// The page of an anomaly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyData {
    /// The anomaly.
    pub anomaly: AnomalyPage,
    /// May accept it.
    pub may_accept: bool,
}

/// Reads an anomaly.
#[server(prefix = "/data", endpoint = "access-anomaly")]
pub async fn read_access_anomaly(id: String) -> Result<WithServerTime<AnomalyData>, PageError> {
    use crate::request::parse_id;
    use domain::actor::Target;
    use domain::permission::AcceptAnomalies;
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let anomaly = services::views::access_anomaly(&services, &can, parse_id(&id)?).await?;
        Ok(AnomalyData { anomaly, may_accept: caller.can::<AcceptAnomalies>(Target::Platform).is_ok() })
    })
    .await
}
