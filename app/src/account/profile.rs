//! One's own profile.

use super::actions::{SetTheme, SignOut};
use super::data::{Profile, ReadProfile};
use super::password_form::{FORM, PasswordForm, password_form};
use super::sessions;
use crate::form::{Forms, PostForm};
use crate::me::{Me, use_me};
use crate::page::{LazyPage, PageData, WithServerTime, loaded_with_me, use_page};
use crate::read::Data;
use crate::theme::Theme;
use crate::ui::{
    Avatar, AvatarSize, Button, Choice, CopyButton, Crumb, Fact, Facts, Icon, ObjectHead, RoleBadge, Segmented,
    SettingsSection, UnverifiedBadge, Views, shown_address,
};
use domain::role::PlatformRole;
use domain::user::UserKind;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// Identity, password, sessions, appearance.
pub struct ProfilePage {
    page: PageData<Profile>,
    me: Data<Me>,
}

impl LazyPage for ProfilePage {
    fn load() -> Self {
        Self { page: use_page(|| ReadProfile {}), me: use_me() }
    }

    fn view(self) -> AnyView {
        let ProfilePage { page, me } = self;
        view! {
            <Title text="Profile" />
            {loaded_with_me(page, me, |dated, me, forms| me.map(|me| profile(dated, &me, &forms)))}
        }
        .into_any()
    }
}

fn profile(dated: WithServerTime<Profile>, me: &Me, forms: &Forms) -> impl IntoView + use<> {
    let WithServerTime { now, data: Profile { sessions, theme, policy } } = dated;
    let open = if sessions.len() == 1 { "1 open.".to_owned() } else { format!("{} open.", sessions.len()) };
    let about = format!("{open} Each is a browser that is signed in as you. End those you do not know.");
    let about_identity = if me.has_provider {
        "Kept by the identity provider. It is read at each sign-in."
    } else {
        "Kept by the admins. Ask one to correct it."
    };
    let identity = identity(me);
    let password = (!me.has_provider).then(|| {
        let form = PasswordForm { email: me.email.clone(), current: Some("Current password"), policy, next: None };
        let form = password_form(form, &forms.of(FORM));
        view! {
            <SettingsSection id="password" title="Password" about="Changing it ends your other sessions.">
                {form}
            </SettingsSection>
        }
    });
    let sessions = sessions::list(sessions, now);
    view! {
        {head(me)}
        <div class="px-gutter pb-12">
            <SettingsSection id="identity" title="Identity" about=about_identity>
                {identity}
            </SettingsSection>
            {password}
            <SettingsSection id="sessions" title="Sessions" about>
                {sessions}
            </SettingsSection>
            <SettingsSection id="appearance" title="Appearance" about="Holds for this browser.">
                {appearance(theme)}
            </SettingsSection>
            <SettingsSection id="sign-out" title="Sign out" about="Ends the session of this browser.">
                <PostForm action=SignOut::url() whole_page=true>
                    <Button icon=Icon::LogOut submit=true>
                        "Sign out"
                    </Button>
                </PostForm>
            </SettingsSection>
        </div>
    }
}

fn head(me: &Me) -> impl IntoView + use<> {
    let crumbs = vec![Crumb::here("Settings"), Crumb::here("Profile")];
    let (name, seed, role, kind) = (me.name.clone(), me.id.to_string(), me.role, me.kind);
    let picture = move || view! { <Avatar name seed size=AvatarSize::Large /> };
    let (email, verified) = (me.email.clone(), me.email_verified);
    let is_special = role != PlatformRole::User || kind != UserKind::Regular;
    view! {
        <ObjectHead crumbs title=me.name.clone() picture>
            <span class="wrap-anywhere">{email}</span>
            <UnverifiedBadge verified />
            {is_special.then(|| view! { <RoleBadge role kind /> }).views()}
        </ObjectHead>
    }
}

fn identity(me: &Me) -> impl IntoView + use<> {
    let Me { id, name, email, email_verified, .. } = me.clone();
    let email = shown_address(&email, email_verified);
    let standing = me.standing();
    let (id, copied) = (id.to_string(), id.to_string());
    view! {
        <Facts>
            <Fact label="Name">{name}</Fact>
            <Fact label="E-mail">{email}</Fact>
            <Fact label="User id">
                <span class="inline-flex max-w-full items-center gap-1">
                    <code class="font-mono text-xs tracking-none">{id}</code>
                    <CopyButton text=copied label="Copy user id" />
                </span>
            </Fact>
            <Fact label="Role">{standing}</Fact>
        </Facts>
    }
}

fn appearance(theme: Theme) -> impl IntoView {
    let choice = |theme: Theme, label: &str| Choice::new(theme.key(), label);
    let options = vec![choice(Theme::System, "System"), choice(Theme::Light, "Light"), choice(Theme::Dark, "Dark")];
    view! {
        <PostForm action=SetTheme::url() whole_page=true class="flex flex-wrap items-center gap-3">
            <Segmented name="theme" legend="Colours" options selected=theme.key() />
            <Button submit=true>"Save appearance"</Button>
        </PostForm>
    }
}
