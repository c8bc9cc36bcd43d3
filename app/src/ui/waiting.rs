//! Waiting for the server: shown once it takes longer than a moment.

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::Promise;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// Answers that come sooner need no sign of waiting.
pub(crate) const NOTICEABLE: Duration = Duration::from_millis(150);
/// How long the page on the screen stays while the next one is read.
const PATIENCE: Duration = Duration::from_millis(200);

/// How many answers are awaited, and whether it takes noticeably long. Provided in browsers and on the server, where
/// nothing is waited for.
#[derive(Clone, Copy)]
pub struct Waiting {
    answers: RwSignal<u32>,
    is_noticeable: RwSignal<bool>,
    notice: StoredValue<Option<TimeoutHandle>>,
}

/// An answer that is awaited; ends when it is dropped.
pub struct Awaited(Waiting);

impl Waiting {
    /// Nothing is awaited yet.
    pub fn provide() -> Self {
        let (answers, is_noticeable) = (RwSignal::new(0), RwSignal::new(false));
        let waiting = Self { answers, is_noticeable, notice: StoredValue::new(None) };
        provide_context(waiting);
        waiting
    }

    /// Begins to wait for an answer.
    pub fn begin(self) -> Awaited {
        if self.is_over() {
            self.notice.set_value(set_timeout_with_handle(move || self.is_noticeable.set(true), NOTICEABLE).ok());
        }
        self.answers.update(|count| *count += 1);
        Awaited(self)
    }

    /// Whether no answer is awaited.
    pub fn is_over(self) -> bool {
        self.answers.get_untracked() == 0
    }

    /// Whether it takes noticeably long; tracks.
    pub fn is_noticeable(self) -> bool {
        self.is_noticeable.get()
    }

    /// Waits until no answer is awaited, and never for long.
    pub async fn over_or_long(self) {
        let until = Promise::new(&mut |resolve, _| {
            let end = move || drop(resolve.call0(&JsValue::NULL));
            set_timeout(end.clone(), PATIENCE);
            Effect::new(move |_| {
                if self.answers.get() == 0 {
                    end();
                }
            });
        });
        drop(JsFuture::from(until).await);
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.answers.update(|count| *count -= 1);
        if self.0.is_over() {
            self.0.notice.with_value(|notice| notice.iter().for_each(TimeoutHandle::clear));
            self.0.is_noticeable.set(false);
        }
    }
}
