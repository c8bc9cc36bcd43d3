//! A control and where it stands, for when the page is shown again without it.

use super::{first, focus_in_place, focused};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

const CONTROLS: &str = "a[href], button, input, select, textarea, summary";

/// A control that has or had the focus.
pub struct Spot {
    control: HtmlElement,
    around: Vec<Around>,
}

/// An element around a control.
struct Around {
    element: Element,
    /// In which of its children the control stands.
    child: u32,
    /// How many controls follow in that child.
    followers: usize,
}

impl Spot {
    /// Where a control stands now.
    pub fn of(control: HtmlElement) -> Self {
        let mut around = Vec::new();
        let mut inner: Element = control.clone().into();
        while let Some(element) = inner.parent_element() {
            let children = element.children();
            let child = (0..children.length()).find(|at| children.item(*at).as_ref() == Some(&inner)).unwrap_or(0);
            let controls = controls(&inner);
            let at = controls.iter().position(|other| *other == control).unwrap_or(0);
            around.push(Around { element: element.clone(), child, followers: controls.len().saturating_sub(at + 1) });
            inner = element;
        }
        Self { control, around }
    }

    /// Gives the focus back when the page took it away: to the control or, when that is gone, to the same one of what
    /// stands in its place now, such as the next row.
    pub fn restore(self) {
        if focused().is_some() {
            return;
        }
        // The button of a dialog or a popover is known by what it opens.
        let opener = |target: String| first(&format!("[popovertarget=\"{target}\"]")).filter(is_usable);
        let opener = || self.control.get_attribute("popovertarget").and_then(opener);
        let nearest = || self.around.iter().filter(|around| around.element.is_connected()).find_map(Around::successor);
        if let Some(control) = Some(self.control.clone()).filter(is_usable).or_else(opener).or_else(nearest) {
            focus_in_place(&control);
        }
    }
}

impl Around {
    fn successor(&self) -> Option<HtmlElement> {
        let children = self.element.children();
        (0..=self.child.min(children.length().saturating_sub(1))).rev().find_map(|at| {
            let controls = controls(&children.item(at)?);
            let same = controls.len().checked_sub(self.followers + 1);
            same.and_then(|at| controls.get(at)).or(controls.first()).cloned()
        })
    }
}

/// The controls in an element, or the element itself, that can take the focus.
fn controls(element: &Element) -> Vec<HtmlElement> {
    let Ok(found) = element.query_selector_all(CONTROLS) else { return Vec::new() };
    let within = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok());
    let itself = element.matches(CONTROLS).unwrap_or_default().then(|| element.clone().dyn_into().ok()).flatten();
    itself.into_iter().chain(within).filter(is_usable).collect()
}

fn is_usable(control: &HtmlElement) -> bool {
    control.is_connected() && control.offset_width() > 0 && !control.has_attribute("disabled")
}
