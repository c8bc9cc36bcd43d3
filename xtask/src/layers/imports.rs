//! Which modules of its own crate a source file names, read from its tokens: fast, and without building anything.
//!
//! Tokens and not a syntax tree, because most of `app` stands inside `view!`, which a syntax tree does not open.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One mention of a module: where, and its path from the root of the crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
}

/// Everything that starts with `crate::` or `super::` in the code of `module`, without its tests.
pub(super) fn imports(module: &[String], code: TokenStream) -> Vec<Import> {
    let mut imports = Vec::new();
    read_code(module, code, &mut imports);
    imports
}

/// What the root of a crate offers under its own name: each item with the module it comes from.
pub(super) fn re_exports(root: TokenStream) -> Vec<(String, String)> {
    let tokens: Vec<TokenTree> = root.into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(TokenTree::Ident(module)) = tokens.get(at + 1).filter(|_| is(token, "use")) else { continue };
        if is_path_separator(&tokens, at + 2) && module != "crate" && module != "super" {
            let items = tokens.iter().skip(at + 4).take_while(|token| !is(token, ";"));
            found.extend(items.flat_map(words).map(|item| (item, module.to_string())));
        }
    }
    found
}

/// The words of a token, also inside a group.
fn words(token: &TokenTree) -> Vec<String> {
    match token {
        TokenTree::Ident(word) => vec![word.to_string()],
        TokenTree::Group(group) => group.stream().into_iter().flat_map(|token| words(&token)).collect(),
        TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
    }
}

fn read_code(module: &[String], code: TokenStream, imports: &mut Vec<Import>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Group(group) if is_test_attribute(group) => {
                at = after_item(&tokens, at + 1);
                continue;
            }
            TokenTree::Group(group) => {
                let name = tokens.get(at.wrapping_sub(1)).filter(|_| at > 1 && is(&tokens[at - 2], "mod"));
                let inline = name.map(ToString::to_string);
                let module: Vec<String> = module.iter().cloned().chain(inline).collect();
                read_code(&module, group.stream(), imports);
            }
            TokenTree::Ident(word) if word == "crate" || word == "super" => {
                let is_first = at < 2 || !is_path_separator(&tokens, at - 2);
                if is_first && is_path_separator(&tokens, at + 1) {
                    at += read_path(module, &tokens[at..], imports);
                    continue;
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
}

/// Reads one path, or each of a group in braces. Returns how many tokens it has up to its first name, which tells the
/// module: what follows leads only deeper.
fn read_path(base: &[String], tokens: &[TokenTree], imports: &mut Vec<Import>) -> usize {
    let mut path = base.to_vec();
    let mut at = 0;
    loop {
        match tokens.get(at) {
            Some(word) if is(word, "crate") => path.clear(),
            Some(word) if is(word, "super") => drop(path.pop()),
            Some(TokenTree::Ident(word)) => {
                path.push(word.to_string());
                imports.push(Import { line: tokens[0].span().start().line, path });
                return at + 1;
            }
            Some(TokenTree::Group(group)) => {
                let parts: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in parts.split(|token| is(token, ",")) {
                    read_path(&path, part, imports);
                }
                return at + 1;
            }
            _ => return at,
        }
        at += 1;
        if !is_path_separator(tokens, at) {
            return at;
        }
        at += 2;
    }
}

/// `[cfg(test)]` of an attribute.
fn is_test_attribute(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// The place after the item that begins here, whose other attributes may come first.
fn after_item(tokens: &[TokenTree], from: usize) -> usize {
    let is_use = tokens.get(from).is_some_and(|token| is(token, "use"));
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !is_use,
        token => is(token, ";"),
    };
    tokens.iter().skip(from).position(ends).map_or(tokens.len(), |length| from + length + 1)
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    tokens.get(at..at + 2).is_some_and(|two| two.iter().all(|token| is(token, ":")))
}

/// Whether the token is this word or sign.
fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(word) => word == text,
        TokenTree::Punct(sign) => text.starts_with(sign.as_char()),
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(module: &[&str], source: &str) -> Vec<(usize, String)> {
        let module: Vec<String> = module.iter().map(|name| (*name).to_owned()).collect();
        imports(&module, source.parse().expect("tokens"))
            .into_iter()
            .map(|import| (import.line, import.path.join("::")))
            .collect()
    }

    fn paths(module: &[&str], source: &str) -> Vec<String> {
        read(module, source).into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn use_lines_and_paths_are_found_with_their_lines() {
        let source = "use crate::change::Change;\n\nfn a() {\n    crate::audit::record();\n}\n";
        assert_eq!(read(&["users"], source), [(1, "change".to_owned()), (4, "audit".to_owned())]);
    }

    #[test]
    fn groups_name_each_of_their_modules() {
        let source = "use crate::{\n    a::{self, x, crate_y},\n    b,\n};\nuse crate::c;";
        assert_eq!(paths(&["users"], source), ["a", "b", "c"]);
        assert_eq!(paths(&["users", "list"], "use super::{a, super::{b, c::d}};"), ["users::a", "b", "c"]);
    }

    #[test]
    fn super_counts_from_the_file_and_its_inline_modules() {
        assert_eq!(paths(&["users", "list"], "use super::row;"), ["users::row"]);
        assert_eq!(paths(&["users", "list"], "use super::super::budgets::row;"), ["budgets"]);
        let source = "mod ssr { use super::x; fn f() { super::super::y::z(); } }\nuse super::w;";
        assert_eq!(paths(&["send"], source), ["send::x", "y", "w"]);
    }

    #[test]
    fn comments_texts_and_tests_are_no_imports() {
        let source = r##"
            // crate::a
            /* crate::b /* nested */ crate::b */
            /// [`crate::c`]
            const A: &str = "crate::d \" crate::d";
            const B: &str = r#"crate::e " crate::e"#;
            const C: (char, char) = ('"', '\'');
            fn f<'a>(x: &'a str) {}
            #[cfg(test)]
            use crate::{f, g};
            #[cfg(test)]
            #[cfg(feature = "ssr")]
            mod tests { use crate::h; fn t() { if true {} } }
            fn g() -> impl IntoView { view! { <p class="it's">{crate::inside::x()}</p> } }
            use crate::real;
        "##;
        assert_eq!(paths(&["users"], source), ["inside", "real"]);
    }

    #[test]
    fn items_of_the_root_are_known_by_their_module() {
        let found =
            re_exports("pub use error::Error;\npub use routes::{App, shell};\nuse crate::x;".parse().expect("tokens"));
        for item in [("Error", "error"), ("App", "routes"), ("shell", "routes")] {
            assert!(found.contains(&(item.0.to_owned(), item.1.to_owned())), "{item:?}");
        }
    }
}
