//! A page whose code a browser loads when the page is opened.

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
#[cfg(target_arch = "wasm32")]
use leptos_router::hooks::use_url;
#[cfg(target_arch = "wasm32")]
use std::future::pending;

/// A page whose data is read while its code is loaded.
pub trait LazyPage {
    /// Begins to load the data; part of the first file.
    fn load() -> Self;

    /// The page itself; part of a file that is loaded when it is needed.
    fn view(self) -> AnyView;
}

/// The code of a page could not be fetched.
pub(crate) struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// The address of the requested page; the browser's own changes when the page is there.
#[cfg(target_arch = "wasm32")]
pub(crate) fn requested_address() -> String {
    use_url().with_untracked(|url| match url.search() {
        "" => url.path().to_owned(),
        search => format!("{}?{search}", url.path()),
    })
}

/// Opens the requested page as a document, which the server writes without needing its code.
///
/// Not at once: a document that is being left has its requests cut off too, and must not go elsewhere then.
#[cfg(target_arch = "wasm32")]
pub(crate) async fn open_as_document(address: String) {
    const UNLESS_LEFT: std::time::Duration = std::time::Duration::from_millis(500);
    set_timeout(move || drop(window().location().assign(&address)), UNLESS_LEFT);
    pending().await
}

/// Makes lazy routes of pages; `$load` brings the code of all of them at once.
macro_rules! lazy_chunk {
    ($pages:ident, $load:ident, $preload:ident: $($page:ident),+ $(,)?) => {
        #[expect(clippy::enum_variant_names, reason = "each is called like the page it holds")]
        enum $pages {
            $($page($page),)+
        }

        #[leptos::wasm_split::wasm_split($load, wasm_split_path = leptos::wasm_split, fallible, preload($preload))]
        fn $load(page: $pages) -> Result<leptos::prelude::AnyView, $crate::page::NotLoaded> {
            Ok(match page {
                $($pages::$page(page) => $crate::page::LazyPage::view(page),)+
            })
        }

        $(
            impl leptos_router::LazyRoute for $page {
                fn data() -> Self {
                    $crate::page::LazyPage::load()
                }

                async fn view(this: Self) -> leptos::prelude::AnyView {
                    match $load($pages::$page(this)).await {
                        Ok(view) => view,
                        // What the server wrote stays, and works as it does without scripts.
                        Err($crate::page::NotLoaded) => std::future::pending().await,
                    }
                }

                async fn preload() {
                    #[cfg(target_arch = "wasm32")]
                    {
                        let address = $crate::page::requested_address();
                        let waiting = leptos::prelude::expect_context::<$crate::ui::Waiting>();
                        if $preload().await.is_err() {
                            $crate::page::open_as_document(address).await;
                        }
                        // The page before it stays for a moment, instead of this one without its data.
                        waiting.over_or_long().await;
                    }
                }
            }
        )+
    };
}
pub(crate) use lazy_chunk;
