//! What surrounds every page behind sign-in: navigation, the sheet, and what the last form left.

use crate::account::actions::SignOut;
use crate::form::{PageFlash, PostForm};
use crate::me::{Me, use_me};
use crate::paths;
use crate::ui::{
    AppFrame, CommandPalette, Icon, MenuButton, NavLink, NavPerson, PaletteGroup, PaletteItem, PhoneBars, Sheet,
    SideNav, SkipLink, awaited,
};
use domain::permission::Permission;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

const PALETTE: &str = "palette";

/// The frame around a page.
#[component]
pub fn Layout() -> impl IntoView {
    let me = use_me();
    let path: Signal<String> = use_location().pathname.into();
    let side = awaited(move || async move { me.get().await.ok().map(|me| side_navigation(&me, path)) });
    let bars = awaited(move || async move { me.get().await.ok().map(|me| phone_bars(&me, path)) });
    let palette = awaited(move || async move { me.get().await.ok().map(|me| palette(&me)) });
    view! {
        <SkipLink />
        {bars}
        <AppFrame>
            {side}
            <Sheet>
                <Outlet />
            </Sheet>
        </AppFrame>
        {palette}
        <Toasts />
    }
}

fn side_navigation(me: &Me, path: Signal<String>) -> impl IntoView + use<> {
    let person = NavPerson { seed: me.id.to_string(), name: me.name.clone(), role: me.standing().to_owned() };
    let administration = administration(me).into_iter().map(|(href, label, _)| NavLink::plain(href, label)).collect();
    view! {
        <SideNav areas=vec![] settings=settings() administration person path palette=PALETTE account=sign_out />
    }
}

fn phone_bars(me: &Me, path: Signal<String>) -> impl IntoView + use<> {
    // The phone's bar is for what one does often; the rest is in the drawer.
    let often = administration(me).into_iter().filter(|(href, ..)| *href != paths::IDENTITY_PROVIDER);
    let administration = often.map(|(href, label, icon)| {
        let short = label.strip_suffix(" management").unwrap_or(label);
        NavLink::new(href, short, icon)
    });
    let links = administration.chain(settings().into_iter().rev()).collect();
    view! { <PhoneBars links path palette=PALETTE /> }
}

fn palette(me: &Me) -> impl IntoView + use<> {
    let item = |label: &str, href: &str, icon| PaletteItem {
        label: label.to_owned(),
        href: href.to_owned(),
        icon,
        detail: None,
    };
    let mut pages: Vec<PaletteItem> =
        administration(me).into_iter().map(|(href, label, icon)| item(label, href, icon)).collect();
    pages.push(item("My access", paths::MY_ACCESS, Icon::KeyRound));
    pages.push(item("Profile", paths::PROFILE, Icon::User));
    let actions = [
        (me.may(Permission::ManageUsers) && !me.has_provider, "Create person", paths::NEW_USER, Icon::UserPlus),
        (me.may(Permission::CreateProject), "Create project", paths::NEW_PROJECT, Icon::Plus),
        (me.budgets && me.may(Permission::ManageBudgets), "Create budget", paths::NEW_BUDGET, Icon::Plus),
    ];
    let actions: Vec<PaletteItem> =
        actions.into_iter().filter(|action| action.0).map(|(_, label, href, icon)| item(label, href, icon)).collect();
    let mut groups = vec![PaletteGroup { label: "Pages".to_owned(), items: pages }];
    if !actions.is_empty() {
        groups.push(PaletteGroup { label: "Actions".to_owned(), items: actions });
    }
    view! { <CommandPalette id=PALETTE groups /> }
}

fn settings() -> Vec<NavLink> {
    vec![
        NavLink::new(paths::PROFILE, "Profile", Icon::User),
        NavLink::new(paths::MY_ACCESS, "My access", Icon::KeyRound),
    ]
}

/// The places under Administration this person may open.
fn administration(me: &Me) -> Vec<(&'static str, &'static str, Icon)> {
    let places = [
        (me.may(Permission::ViewUsers), paths::USERS, "Users management", Icon::Users),
        (
            me.may(Permission::ViewProject) || me.may(Permission::CreateProject),
            paths::PROJECTS,
            "Projects management",
            Icon::Folders,
        ),
        (me.budgets && me.may(Permission::ViewBudgets), paths::BUDGETS, "Budgets management", Icon::Wallet),
        (me.may(Permission::ViewIdentityProvider), paths::IDENTITY_PROVIDER, "Identity provider", Icon::Plug),
    ];
    places.into_iter().filter(|place| place.0).map(|(_, href, label, icon)| (href, label, icon)).collect()
}

fn sign_out() -> impl IntoView {
    view! {
        <PostForm action=SignOut::url() whole_page=true>
            <MenuButton icon=Icon::LogOut submit=true>"Sign out"</MenuButton>
        </PostForm>
    }
}

/// What the last form did, at the foot of the page.
#[component]
fn Toasts() -> impl IntoView {
    let flash = expect_context::<PageFlash>();
    awaited(move || async move { flash.get().await.and_then(crate::form::toast) })
}
