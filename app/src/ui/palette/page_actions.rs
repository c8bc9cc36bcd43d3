//! The actions of the page on the screen.

use super::{PaletteItem, PaletteTarget};
use crate::ui::icon::Icon;
use crate::ui::place::{all, focus};
use leptos::web_sys::HtmlElement;

/// Marks an element that the palette offers as an action, under the label it holds.
const PALETTE_ACTION: &str = "data-palette";

/// What the page offers.
pub(super) fn page_actions() -> Vec<PaletteItem> {
    let action = |(place, element): (usize, HtmlElement)| {
        let (label, target) = (element.get_attribute(PALETTE_ACTION)?, PaletteTarget::OnPage(place));
        Some(PaletteItem { label, detail: None, icon: Icon::ArrowRight, target })
    };
    marked_elements().into_iter().enumerate().filter_map(action).collect()
}

/// Opens pages, and dialogs that ask; anything else waits for the user under the focus.
pub(super) fn use_on_page(place: usize) {
    let element = marked_elements().into_iter().nth(place);
    let opens = element.clone().filter(|element| element.has_attribute("commandfor") || element.tag_name() == "A");
    focus(element);
    if let Some(element) = opens {
        element.click();
    }
}

fn marked_elements() -> Vec<HtmlElement> {
    all(&format!("main [{PALETTE_ACTION}]:not([disabled])"))
}
