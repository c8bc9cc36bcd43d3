//! What the page Overview reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::overview::Overview;
use leptos::prelude::*;

/// Reads the parts of the overview that the user may see.
#[server(prefix = "/data", endpoint = "overview")]
pub async fn read_overview() -> Result<WithServerTime<Overview>, PageError> {
    crate::page::load_page(|services, caller| async move { services::views::overview(&services, &caller).await }).await
}
