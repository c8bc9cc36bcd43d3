//! The users, projects and budgets opened last, for the command palette. They are kept in the session storage of the
//! browser's tab, for the user who is signed in; the server does not learn of them.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::Reflect;
use serde::{Deserialize, Serialize};

/// The key in the session storage.
const KEY: &str = "recent";
/// As many as the palette finds of a kind.
const MAX_RECENT: usize = 5;

/// A page of a user, project or budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecentPage {
    pub(super) path: String,
    pub(super) label: String,
    /// What it is a page of: [`domain::suggestion::SuggestionKind::noun`].
    pub(super) noun: String,
}

/// The last page first.
#[derive(Default, Serialize, Deserialize)]
struct Recent {
    user: String,
    pages: Vec<RecentPage>,
}

/// Begins the list of a user. Those of others are dropped.
pub(super) fn begin(user: &str) {
    if load().user != user {
        store(&Recent { user: user.to_owned(), pages: Vec::new() });
    }
}

/// Drops the list: no user is signed in.
pub fn forget_recent_pages() {
    begin("");
}

/// Puts the page on the screen first if it is of a user, project or budget. A page that no longer is leaves the list.
pub(super) fn remember() {
    let path = path();
    let mut recent = load();
    recent.pages.retain(|page| page.path != path);
    if let Ok(Some(heading)) = document().query_selector("main h1[data-object]") {
        let noun = heading.get_attribute("data-object").unwrap_or_default();
        recent.pages.insert(0, RecentPage { path, label: heading.text_content().unwrap_or_default(), noun });
    }
    // One more, because the page on the screen is not offered.
    recent.pages.truncate(MAX_RECENT + 1);
    store(&recent);
}

/// The pages opened last, without the one on the screen.
pub(super) fn recent_pages() -> Vec<RecentPage> {
    let path = path();
    let mut pages = load().pages;
    pages.retain(|page| page.path != path);
    pages.truncate(MAX_RECENT);
    pages
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

fn load() -> Recent {
    let stored = storage().and_then(|storage| Reflect::get(&storage, &KEY.into()).ok()?.as_string());
    stored.and_then(|stored| serde_json::from_str(&stored).ok()).unwrap_or_default()
}

/// Without a storage, or with a full one, nothing is kept.
fn store(recent: &Recent) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(recent)) {
        let _ = Reflect::set(&storage, &KEY.into(), &json.into());
    }
}

/// A browser may refuse it.
fn storage() -> Option<JsValue> {
    Reflect::get(&window(), &"sessionStorage".into()).ok().filter(JsValue::is_object)
}
