//! Creating a user.

use super::actions::CreateUser;
use super::data::OpenNewUser;
use crate::form::{FieldColumn, FormFields, PostForm};
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, loaded, use_page};
use crate::paths;
use crate::ui::{Crumb, FormFoot, PageBody, PageHead, RadioChoice, RadioRows, TextField, TextKind};
use domain::draft::Draft;
use domain::user::{UserDraft, UserKind, UserQuery};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// The form for a new user.
pub struct NewUserPage {
    page: PageData<()>,
}

impl LazyPage for NewUserPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenNewUser {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Create user" />
            {loaded(self.page, |_, forms| form_page(forms.of("create-user")))}
        }
        .into_any()
    }
}

fn form_page(state: FormFields) -> impl IntoView {
    let crumbs = below::<UserQuery>([Crumb::here("Create user")]);
    let (labels, autofocus) = (UserDraft::labels(), !state.came_back());
    view! {
        <PageHead crumbs title="Create user" />
        <PageBody>
            <PostForm action=CreateUser::url()>
                <FieldColumn form="create-user" state fact="Not created." labels>
                    <TextField
                        name=UserDraft::NAME.name
                        label=UserDraft::NAME.label
                        hint="As colleagues know them."
                        autofocus
                        required=true
                        maxlength=UserDraft::NAME.max_length
                        autocomplete="off"
                    />
                    <TextField
                        name=UserDraft::EMAIL.name
                        label=UserDraft::EMAIL.label
                        kind=TextKind::Email
                        hint="The user signs in with it. It must be unique."
                        required=true
                        autocomplete="off"
                    />
                    <RadioRows name=UserDraft::KIND.name legend=UserDraft::KIND.label options=kinds() selected=UserKind::Regular.key() />
                    <p class="text-sm text-ink-2">
                        "The next page shows a one-time password. Give it to the user in person or by phone. The user must change it at the first sign-in."
                    </p>
                    <FormFoot cancel=paths::USERS submit="Create user" />
                </FieldColumn>
            </PostForm>
        </PageBody>
    }
}

fn kinds() -> Vec<RadioChoice> {
    let choice = |kind: UserKind, detail: &str| RadioChoice::explained(kind.key(), kind.title(), detail);
    vec![
        choice(UserKind::Regular, "Belongs to the organisation. Gets a personal project and may create shared ones."),
        choice(
            UserKind::External,
            "From outside. Works in the projects it is added to, creates none and holds no platform role.",
        ),
    ]
}
