//! What the page reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::access_matrix::{Matrix, MatrixQuery};
use leptos::prelude::*;

/// Reads the declared matrix as far as it matches; `None` where none is declared.
#[server(prefix = "/data", endpoint = "access-matrix")]
pub async fn read_access_matrix(query: MatrixQuery) -> Result<WithServerTime<Option<Matrix>>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        Ok(services::views::access_matrix(&services, &caller.can(Target::Platform)?, &query))
    })
    .await
}
