//! What somebody may use, and who decided it.

use super::data::{MyAccess, ReadMyAccess};
use super::{own_budgets, own_projects, rights};
use crate::me::{Me, use_me};
use crate::page::{LazyPage, PageData, WithServerTime, loaded_with_me, use_page};
use crate::read::Data;
use crate::ui::{Avatar, AvatarSize, Crumb, Fact, Facts, PageHead, RailPart, SplitBody, shown_address};
use domain::mode::Mode;
use domain::permission::Permission;
use leptos::prelude::*;
use leptos_meta::Title;

/// One's own projects and budgets, what one's role allows, whom to ask.
pub struct MyAccessPage {
    page: PageData<MyAccess>,
    me: Data<Me>,
}

impl LazyPage for MyAccessPage {
    fn load() -> Self {
        Self { page: use_page(|| ReadMyAccess {}), me: use_me() }
    }

    fn view(self) -> AnyView {
        let MyAccessPage { page, me } = self;
        view! {
            <Title text="My access" />
            <PageHead
                crumbs=vec![Crumb::here("Settings"), Crumb::here("My access")]
                title="My access"
                subtitle="What you may use, and who decided it"
            />
            {loaded_with_me(page, me, |dated, me, _| me.map(|me| my_access(dated, &me)))}
        }
        .into_any()
    }
}

fn my_access(dated: WithServerTime<MyAccess>, me: &Me) -> impl IntoView + use<> {
    let WithServerTime { now, data: MyAccess { own, budgets } } = dated;
    let may_request = me.may(Permission::RequestBudgets);
    let rail = (person(me), rights::section(me, &own.projects), help(&own.admins, me));
    let sections = (budgets.then(|| own_budgets::section(&own, may_request, now)), own_projects::section(&own, me));
    view! { <SplitBody rail=move || rail>{sections}</SplitBody> }
}

fn person(me: &Me) -> impl IntoView + use<> {
    let standing = me.standing();
    let Me { id, name, email, email_verified, kind, .. } = me.clone();
    let email = shown_address(&email, email_verified);
    let initials = name.clone();
    view! {
        <section class="pb-6">
            <div class="mb-3 flex min-w-0 items-center gap-2.5">
                <Avatar name=initials seed=id.to_string() size=AvatarSize::Large />
                <div class="min-w-0">
                    <h2 class="text-base font-strong wrap-anywhere">{name}</h2>
                    <p class="text-xs text-ink-2 wrap-anywhere">{email}</p>
                </div>
            </div>
            <Facts>
                <Fact label="Role">{standing}</Fact>
                <Fact label="Type">{kind.title()}</Fact>
            </Facts>
        </section>
    }
}

fn help(admins: &[String], me: &Me) -> impl IntoView + use<> {
    let others: Vec<&str> = admins.iter().map(String::as_str).filter(|name| *name != me.name).collect();
    let names = others.join(", ");
    let words = if me.mode == Mode::Keycloak {
        "Roles and projects are kept by the identity provider. Ask one of its administrators.".to_owned()
    } else if names.is_empty() {
        "Ask the operator of this console.".to_owned()
    } else {
        format!("For projects, roles and limits ask an admin of the platform: {names}.")
    };
    view! {
        <RailPart title="Who can help">
            <p class="text-ink-2">{words}</p>
        </RailPart>
    }
}
