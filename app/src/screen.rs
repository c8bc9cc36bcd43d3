//! Pages, and which of them load their code together.
//!
//! With a part of its own for every page the splitter cuts what several of them share into a file for each set of pages
//! that share it: dozens of requests a page. With two parts there are three files: a part each, and what they share.

use crate::account::change_password::ChangePasswordPage;
use crate::account::my_access::MyAccessPage;
use crate::account::profile::ProfilePage;
use crate::budgets::budget::BudgetPage;
use crate::budgets::create::NewBudgetPage;
use crate::budgets::edit::EditBudgetPage;
use crate::budgets::list::BudgetsPage;
use crate::projects::create::NewProjectPage;
use crate::projects::edit::EditProjectPage;
use crate::projects::list::ProjectsPage;
use crate::projects::project::ProjectPage;
use crate::users::create::NewPersonPage;
use crate::users::list::UsersPage;
use crate::users::person::PersonPage;
use leptos::prelude::*;
use leptos_router::LazyRoute;

/// A page whose data is read while its code is loaded.
pub trait Screen {
    /// Begins to read the data; part of the first file.
    fn read() -> Self;

    /// Shows the page; part of a file that is loaded when it is needed.
    fn show(self) -> AnyView;
}

/// Makes lazy routes of pages; `$load` brings the code of all of them at once.
macro_rules! together {
    ($pages:ident, $load:ident, $preload:ident: $($page:ident),+ $(,)?) => {
        #[expect(clippy::enum_variant_names, reason = "each is called like the page it holds")]
        enum $pages {
            $($page($page),)+
        }

        #[lazy]
        fn $load(page: $pages) -> AnyView {
            match page {
                $($pages::$page(page) => page.show(),)+
            }
        }

        $(
            impl LazyRoute for $page {
                fn data() -> Self {
                    Self::read()
                }

                async fn view(this: Self) -> AnyView {
                    $load($pages::$page(this)).await
                }

                async fn preload() {
                    #[cfg(target_arch = "wasm32")]
                    $preload().await;
                }
            }
        )+
    };
}

together!(Own, own, __preload_own: ChangePasswordPage, MyAccessPage, ProfilePage);
together!(
    Administration, administration, __preload_administration:
    BudgetPage, BudgetsPage, EditBudgetPage, EditProjectPage, NewBudgetPage, NewPersonPage, NewProjectPage, PersonPage,
    ProjectPage, ProjectsPage, UsersPage,
);
