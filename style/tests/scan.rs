//! Every way of writing a class is seen, and only class attributes are strict.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use style::{Classes, Error, build};

fn scanned(source: &str) -> Classes {
    let mut classes = Classes::default();
    classes.add(source, Path::new("page.rs")).unwrap();
    classes
}

fn strict(source: &str) -> Vec<String> {
    scanned(source).strict.into_keys().collect()
}

#[test]
fn words_of_every_string_literal_are_found() {
    let source = r##"
        /// documented-word
        const ROW: &str = "h-row px-2";
        fn tone(kind: Kind) -> &'static str { match kind { Kind::Warn => "text-warn-ink", _ => r#"content-['"']"# } }
        fn page() -> impl IntoView {
            view! {
                <p class=move || if open.get() { "block" } else { "hidden" }>"some words"</p>
                <p class=["flex", "gap-2"]>{format!("{ROW} mt-{n} mb-4")}</p>
                <p class="one \
                    two">{'c'} {7}</p>
            }
        }
    "##;
    let words = scanned(source).words;
    let expected =
        ["h-row", "px-2", "text-warn-ink", "content-['\"']", "block", "hidden", "flex", "gap-2", "mb-4", "one", "two"];
    for word in expected {
        assert!(words.contains(word), "{word} is missing from {words:?}");
    }
    assert!(!words.contains("documented-word"));
}

#[test]
fn class_attributes_are_strict() {
    assert_eq!(strict(r#"view! { <p class="p-4 hover:underline">"text"</p> }"#), ["hover:underline", "p-4"]);
    assert_eq!(strict(r#"view! { <p class=("p-4 m-2", open)/> }"#), ["m-2", "p-4"]);
    assert_eq!(strict("view! { <p class:hidden=closed class:nav:-mt-0.5=move || true/> }"), ["hidden", "nav:-mt-0.5"]);
    assert_eq!(strict(r#"view! { <Icon name="key" class="size-4"/> }"#), ["size-4"]);
}

#[test]
fn html_that_stands_in_a_string_is_read_as_such() {
    let source = r###"fn cell() -> String { format!(r#"<b class="block h-0.75" title="x"><i class="p-1 {COLOUR}">-</i></b>"#) }"###;
    assert_eq!(strict(source), ["block", "h-0.75", "p-1"]);
}

#[test]
fn other_uses_of_the_word_are_not() {
    let source = r#"
        struct Icon { class: String }
        fn icon(class: &'static str) { let class: Option<u8> = None; if class == "other" { Icon { class: "x".into() } } }
        view! { <p class=class id="name" data-class="y">"class = words"</p> }
    "#;
    assert_eq!(strict(source), Vec::<String>::new());
}

#[test]
fn text_that_is_not_rust_names_its_file() {
    let error = Classes::default().add("fn broken( {", Path::new("broken.rs")).unwrap_err();
    assert!(error.to_string().starts_with("broken.rs: "), "{error}");
}

/// A workspace with our stylesheet and one page that has `class` in its attribute.
fn workspace(name: &str, class: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (style, pages) = (root.join("style"), root.join("app/src/pages"));
    std::fs::create_dir_all(style.join("fonts")).unwrap();
    std::fs::create_dir_all(&pages).unwrap();
    for file in ["tailwind.css", "tokens.css", "base.css", "utilities.css", "tailwindcss.toml"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), style.join(file)).unwrap();
    }
    for font in ["inter-latin.woff2", "inter-latin-ext.woff2"] {
        std::fs::write(style.join("fonts").join(font), font).unwrap();
    }
    let page = format!("fn page() -> impl IntoView {{ view! {{ <p class=\"bg-canvas {class}\"/> }} }}");
    std::fs::write(pages.join("page.rs"), page).unwrap();
    root
}

#[test]
fn a_class_that_does_not_exist_stops_the_build_with_its_name_and_file() {
    for class in ["bg-red-500", "text-smm"] {
        let error = build(&workspace("unknown", class)).unwrap_err();
        let Error::UnknownClasses(classes) = &error else { panic!("{error}") };
        assert_eq!(classes, &[(class.to_owned(), PathBuf::from("app/src/pages/page.rs"))]);
        assert!(error.to_string().contains(class), "{error}");
    }
}

#[test]
fn our_tokens_and_utilities_become_rules() {
    let sheet = build(&workspace("known", "rounded-lg shadow-e2 max-nav:p-gutter @max-p1:hidden num tint-30")).unwrap();
    let css = String::from_utf8(sheet.css.bytes).unwrap();
    for rule in [
        ".bg-canvas{background-color:var(--canvas)}",
        "--canvas:light-dark(",
        ".tint-30{--hue:30",
        "(min-width:52rem){.max-nav\\:p-gutter{padding:var(--gutter)}}",
        "(min-width:42rem){.\\@max-p1\\:hidden{display:none}}",
        "tabular-nums",
    ] {
        assert!(css.contains(rule), "{rule} is missing from {css}");
    }
    assert!(sheet.css.name.starts_with("bursar.") && sheet.css.name.ends_with(".css"));
    for font in sheet.fonts {
        assert!(css.contains(&font.name), "{} is not loaded", font.name);
    }
}
