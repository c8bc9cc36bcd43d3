//! What the page reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::spending::{Spending, SpendingQuery};
use leptos::prelude::*;

/// Reads what was spent, as far as the user may see it.
#[server(prefix = "/data", endpoint = "spending")]
pub async fn read_spending(query: SpendingQuery) -> Result<WithServerTime<Spending>, PageError> {
    use domain::permission::ViewSpend;
    use services::views::ReadScope;
    crate::page::load_page(|services, caller| async move {
        services::views::spending::page(&services, &ReadScope::<ViewSpend>::of(&caller)?, &query).await
    })
    .await
}
