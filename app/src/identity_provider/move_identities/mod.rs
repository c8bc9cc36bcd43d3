//! Moving identities to the configured issuer, after the address of the identity provider changed.

pub mod actions;
pub mod data;
pub mod page;

use crate::paths;
use crate::ui::{Banner, BannerKind, LinkButton};
use leptos::prelude::*;

/// The health check that finds users who are known by another issuer than the configured one.
pub(super) fn other_issuers(issuers: &[String], may_move: bool) -> Option<AnyView> {
    let (first, others) = issuers.split_first()?;
    let known_by = match others.len() {
        0 => first.clone(),
        more => format!("{first} and {more} more"),
    };
    let action = move || {
        may_move.then(|| {
            view! { <LinkButton href=paths::MOVE_IDENTITIES>"Move identities"</LinkButton> }
        })
    };
    let next = if may_move {
        "They cannot sign in until their identities are moved."
    } else {
        "They cannot sign in until a maintainer or an operator moves their identities."
    };
    let banner = view! {
        <Banner kind=BannerKind::Warn fact="Some users are known by another issuer." action>
            {format!("OIDC_ISSUER_URL is not {known_by}. {next}")}
        </Banner>
    };
    Some(banner.into_any())
}
