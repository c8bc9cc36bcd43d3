//! Pages, and which of them load their code together.
//!
//! With a part of its own for every page the splitter cuts what several of them share into a file for each set of pages
//! that share it: dozens of requests a page. With three parts there are seven files, of which a page needs four at most:
//! what is about oneself, the lists with which administrators begin, and what they open from there.

use crate::account::change_password::ChangePasswordPage;
use crate::account::confirm::ConfirmPage;
use crate::account::my_access::MyAccessPage;
use crate::account::profile::ProfilePage;
use crate::account::sign_in::SignInPage;
use crate::account::turned_away::TurnedAwayPage;
use crate::budgets::budget::BudgetPage;
use crate::budgets::create::NewBudgetPage;
use crate::budgets::edit::EditBudgetPage;
use crate::budgets::list::BudgetsPage;
use crate::identity_provider::page::IdentityProviderPage;
use crate::projects::create::NewProjectPage;
use crate::projects::edit::EditProjectPage;
use crate::projects::list::ProjectsPage;
use crate::projects::project::ProjectPage;
use crate::users::create::NewPersonPage;
use crate::users::list::UsersPage;
use crate::users::person::PersonPage;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::LazyRoute;
#[cfg(target_arch = "wasm32")]
use leptos_router::hooks::use_url;
use std::future::pending;

/// A page whose data is read while its code is loaded.
pub trait Screen {
    /// Begins to read the data; part of the first file.
    fn read() -> Self;

    /// Shows the page; part of a file that is loaded when it is needed.
    fn show(self) -> AnyView;
}

/// The code of a page could not be fetched.
struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// The address of the page that is asked for; the browser's own changes when the page is there.
#[cfg(target_arch = "wasm32")]
fn wanted() -> String {
    use_url().with_untracked(|url| match url.search() {
        "" => url.path().to_owned(),
        search => format!("{}?{search}", url.path()),
    })
}

/// Opens the page that is wanted as a document, which the server writes without needing its code.
///
/// Not at once: a document that is being left has its requests cut off too, and must not go elsewhere then.
#[cfg(target_arch = "wasm32")]
async fn open_as_document(wanted: String) {
    const UNLESS_LEFT: std::time::Duration = std::time::Duration::from_millis(500);
    set_timeout(move || drop(window().location().assign(&wanted)), UNLESS_LEFT);
    pending().await
}

/// Makes lazy routes of pages; `$load` brings the code of all of them at once.
macro_rules! together {
    ($pages:ident, $load:ident, $preload:ident: $($page:ident),+ $(,)?) => {
        #[expect(clippy::enum_variant_names, reason = "each is called like the page it holds")]
        enum $pages {
            $($page($page),)+
        }

        #[wasm_split($load, wasm_split_path = leptos::wasm_split, fallible, preload($preload))]
        fn $load(page: $pages) -> Result<AnyView, NotLoaded> {
            Ok(match page {
                $($pages::$page(page) => page.show(),)+
            })
        }

        $(
            impl LazyRoute for $page {
                fn data() -> Self {
                    Self::read()
                }

                async fn view(this: Self) -> AnyView {
                    match $load($pages::$page(this)).await {
                        Ok(view) => view,
                        // What the server wrote stays, and works as it does without scripts.
                        Err(NotLoaded) => pending().await,
                    }
                }

                async fn preload() {
                    #[cfg(target_arch = "wasm32")]
                    {
                        let wanted = wanted();
                        if $preload().await.is_err() {
                            open_as_document(wanted).await;
                        }
                    }
                }
            }
        )+
    };
}

together!(
    Own, own, load_own:
    ChangePasswordPage, ConfirmPage, MyAccessPage, ProfilePage, SignInPage, TurnedAwayPage,
);
together!(Lists, lists, load_lists: BudgetsPage, ProjectsPage, UsersPage);
together!(
    Objects, objects, load_objects:
    BudgetPage, EditBudgetPage, EditProjectPage, IdentityProviderPage, NewBudgetPage, NewPersonPage, NewProjectPage,
    PersonPage, ProjectPage,
);
