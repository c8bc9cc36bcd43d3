//! The stylesheet of a large body of classes, byte for byte as the official command line makes it.
//!
//! `corpus/golden.css` was written by `tailwindcss -i tailwind.css -o golden.css --minify` of the version that
//! `tailwindcss.toml` names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use style::{Engine, Package, minify};

const CLASSES: &str = include_str!("corpus/classes.txt");

fn engine() -> Engine {
    let package = Package::named_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tailwindcss.toml")).unwrap();
    Engine::start(&package, include_str!("corpus/tailwind.css"), BTreeMap::new()).unwrap()
}

#[test]
fn output_equals_the_official_command_line() {
    let css = minify(&engine().build(CLASSES.lines()).unwrap()).unwrap();
    assert_eq!(css.trim_end(), include_str!("corpus/golden.css").trim_end());
}

#[test]
fn every_class_of_the_corpus_is_known_and_a_typo_is_not() {
    let typos = ["bg-blu-500", "text-smm", "p-4x", "hovre:p-4"];
    let unknown = engine().unknown(CLASSES.lines().chain(typos).chain(["group", "peer/name"])).unwrap();
    assert_eq!(unknown, typos);
}
