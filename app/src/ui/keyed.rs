//! Rows that stay the elements of their objects when the page is read again: the focus, an open menu and what was chosen
//! in a row go where its object goes, and leave with it.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::any_view::{AnyView, AnyViewState};
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use std::mem::take;

/// Views with what tells them apart. A key occurs once.
pub fn keyed<V: IntoView + 'static>(rows: impl IntoIterator<Item = (String, V)>) -> AnyView {
    let (keys, views) = rows.into_iter().map(|(key, view)| (key, view.into_any())).unzip();
    Keyed { keys, views }.into_any()
}

/// One view that is made again when its key changes.
pub fn keyed_by<V: IntoView + 'static>(key: impl Into<String>, view: V) -> AnyView {
    keyed([(key.into(), view)])
}

/// Unlike `For` of Leptos, a row that stays is rendered again too: only its elements are kept.
struct Keyed {
    keys: Vec<String>,
    views: Vec<AnyView>,
}

/// The rows in the document, and what stands after them.
struct KeyedState {
    rows: Vec<(String, AnyViewState)>,
    end: Placeholder,
}

impl Keyed {
    fn rows(self) -> impl Iterator<Item = (String, AnyView)> {
        self.keys.into_iter().zip(self.views)
    }
}

impl Render for Keyed {
    type State = KeyedState;

    fn build(self) -> KeyedState {
        let rows = self.rows().map(|(key, view)| (key, view.build())).collect();
        KeyedState { rows, end: Rndr::create_placeholder() }
    }

    fn rebuild(self, state: &mut KeyedState) {
        let (mut kept, gone): (Vec<_>, Vec<_>) =
            take(&mut state.rows).into_iter().partition(|(key, _)| self.keys.contains(key));
        for (_, mut row) in gone {
            row.unmount();
        }
        for (key, view) in self.rows() {
            let row = match kept.iter().position(|(kept, _)| *kept == key) {
                Some(at) => {
                    let (_, mut row) = kept.remove(at);
                    view.rebuild(&mut row);
                    // The next one in the document stays where it is: an element that moves loses the focus.
                    if at > 0 {
                        state.place(&mut row, &kept);
                    }
                    row
                }
                None => {
                    let mut row = view.build();
                    state.place(&mut row, &kept);
                    row
                }
            };
            state.rows.push((key, row));
        }
    }
}

impl KeyedState {
    /// Puts a row before those that follow.
    fn place(&self, row: &mut AnyViewState, followers: &[(String, AnyViewState)]) {
        if !followers.iter().any(|(_, follower)| follower.insert_before_this(row)) {
            self.end.insert_before_this(row);
        }
    }
}

impl Mountable for KeyedState {
    fn unmount(&mut self) {
        for (_, row) in &mut self.rows {
            row.unmount();
        }
        self.end.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        for (_, row) in &mut self.rows {
            row.mount(parent, marker);
        }
        self.end.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.rows.iter().any(|(_, row)| row.insert_before_this(child)) || self.end.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.rows.iter().flat_map(|(_, row)| row.elements()).collect()
    }
}

impl AddAnyAttr for Keyed {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, attr: NewAttr) -> Self {
        let attr = attr.into_cloneable_owned();
        let views = self.views.into_iter().map(|view| view.add_any_attr(attr.clone()).into_any()).collect();
        Self { keys: self.keys, views }
    }
}

/// The same HTML as that of a `Vec`.
impl RenderHtml for Keyed {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.views.dry_resolve();
    }

    async fn resolve(self) -> Self {
        Self { keys: self.keys, views: self.views.resolve().await }
    }

    fn html_len(&self) -> usize {
        self.views.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.views.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.views.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> KeyedState {
        let rows = self.rows().map(|(key, view)| (key, view.hydrate::<FROM_SERVER>(cursor, position))).collect();
        let end = cursor.next_placeholder(position);
        position.set(Position::NextChild);
        KeyedState { rows, end }
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> KeyedState {
        let mut rows = Vec::with_capacity(self.keys.len());
        for (key, view) in self.rows() {
            rows.push((key, view.hydrate_async(cursor, position).await));
        }
        let end = cursor.next_placeholder(position);
        position.set(Position::NextChild);
        KeyedState { rows, end }
    }

    fn into_owned(self) -> Self {
        self
    }
}
