//! A new file of `migrations/` is part of the binary, so it rebuilds this crate.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
