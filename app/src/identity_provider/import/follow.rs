//! Shows a run that is under way as it goes on.

use crate::error::PageError;
use crate::form::Changes;
use crate::page::WithServerTime;
use crate::read::ask;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How often it is read.
const PERIOD: Duration = Duration::from_secs(2);

/// Reads it again until it is not under way any more; then the whole page is read once. A read that fails is tried again.
pub(super) fn follow<T, F>(
    shown: RwSignal<WithServerTime<T>>,
    call: impl Fn() -> F + 'static,
    is_under_way: fn(&T) -> bool,
) where
    T: DeserializeOwned + Send + Sync + 'static,
    F: ServerFn<Output = WithServerTime<T>, Error = PageError> + Serialize + 'static,
{
    if !shown.with_untracked(|shown| is_under_way(&shown.data)) {
        return;
    }
    let changes = expect_context::<Changes>();
    let is_reading = StoredValue::new(false);
    let tick = move || {
        if is_reading.get_value() {
            return;
        }
        is_reading.set_value(true);
        let call = call();
        spawn_local(async move {
            let read = ask(call).await;
            // The page may have been left meanwhile.
            if is_reading.try_set_value(false).is_some() {
                return;
            }
            if let Ok(read) = read {
                let goes_on = is_under_way(&read.data);
                shown.set(read);
                if !goes_on {
                    changes.bump(true);
                }
            }
        });
    };
    if let Ok(every) = set_interval_with_handle(tick, PERIOD) {
        on_cleanup(move || every.clear());
    }
}
