//! Creating a gateway.

use super::actions::{CREATE_FORM, CreateGateway};
use super::data::OpenNewGateway;
use crate::form::{FieldColumn, FormFields, PostForm};
use crate::page::crumbs::administration;
use crate::page::{LazyPage, PageData, loaded, use_page};
use crate::paths;
use crate::ui::{Choice, Crumb, FormFoot, PageBody, PageHead, SelectField, TextField};
use domain::draft::Draft as _;
use domain::gateway::{GatewayDraft, TokenLifetime};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// The form for a new gateway.
pub struct NewGatewayPage {
    page: PageData<()>,
}

impl LazyPage for NewGatewayPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenNewGateway {}) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |_, forms| form_page(forms.of(CREATE_FORM))).into_any()
    }
}

fn form_page(state: FormFields) -> impl IntoView {
    let crumbs = administration([Crumb::link("Gateways", paths::GATEWAYS), Crumb::here("Create gateway")]);
    let lifetimes = TokenLifetime::ALL.map(|lifetime| Choice::new(lifetime.key(), lifetime.title()));
    view! {
        <Title text="Create gateway" />
        <PageHead crumbs title="Create gateway" />
        <PageBody>
            <PostForm action=CreateGateway::url()>
                <FieldColumn form=CREATE_FORM state fact="Not created." labels=GatewayDraft::labels()>
                    <TextField
                        name=GatewayDraft::NAME.name
                        label=GatewayDraft::NAME.label
                        hint="Unique, for example: LiteLLM, production."
                        autofocus=true
                        required=true
                        maxlength=GatewayDraft::NAME.max_length
                        autocomplete="off"
                    />
                    <SelectField
                        name=GatewayDraft::LIFETIME.name
                        label=GatewayDraft::LIFETIME.label
                        options=lifetimes.into()
                        selected=TokenLifetime::default().key()
                        hint="Bursar refuses the token from then on. Create another gateway before that."
                    />
                    <p class="text-sm text-ink-2">
                        "The next page shows the gateway’s token once. Bursar stores only a hash of it."
                    </p>
                    <FormFoot cancel=paths::GATEWAYS submit="Create gateway" />
                </FieldColumn>
            </PostForm>
        </PageBody>
    }
}
