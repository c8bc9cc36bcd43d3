//! Which modules of its own crate a source file names, read from its text: fast, and without building anything.

use std::iter::once;

/// One mention of a module: where, and its path from the root of the crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
}

/// Everything that starts with `crate::` or `super::` in the code of `module`, without comments, texts and tests.
pub(super) fn imports(module: &[String], source: &str) -> Vec<Import> {
    let tokens = tokens(source);
    let mut reader = Reader { tokens: &tokens, module, blocks: Vec::new(), imports: Vec::new() };
    reader.run();
    reader.imports
}

/// What the root of a crate offers under its own name: each item with the module it comes from.
pub(super) fn re_exports(root: &str) -> Vec<(String, String)> {
    let tokens = tokens(root);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let [Some(module), Some("::")] = [1, 2].map(|next| tokens.get(at + next).map(|token| token.text)) else {
            continue;
        };
        if token.text == "use" && !["crate", "super"].contains(&module) {
            let items = tokens.iter().skip(at + 3).take_while(|token| token.text != ";");
            found.extend(items.map(|item| (item.text.to_owned(), module.to_owned())));
        }
    }
    found
}

#[derive(Debug)]
struct Token<'a> {
    line: usize,
    text: &'a str,
}

/// Words, `::` and single signs; comments, texts and characters are left out.
fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let (length, is_code) = next_token(rest, first);
        let (text, after) = rest.split_at(length);
        if is_code {
            tokens.push(Token { line, text });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    tokens
}

/// The length of what stands first, and whether it is code.
fn next_token(rest: &str, first: char) -> (usize, bool) {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), false)
    } else if rest.starts_with("/*") {
        (block_comment(rest), false)
    } else if let Some(length) = raw_text(rest) {
        (length, false)
    } else if first == '"' {
        (quoted(rest, '"'), false)
    } else if first == '\'' {
        let is_lifetime = rest[1..].starts_with(is_word) && !rest.chars().skip(2).take(1).eq(once('\''));
        if is_lifetime { (1, false) } else { (quoted(rest, '\''), false) }
    } else if is_word(first) {
        (rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()), true)
    } else if rest.starts_with("::") {
        (2, true)
    } else {
        (first.len_utf8(), !first.is_whitespace())
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `r"…"` and `r#"…"#`.
fn raw_text(rest: &str) -> Option<usize> {
    let marked = rest.strip_prefix('r')?;
    let hashes = marked.len() - marked.trim_start_matches('#').len();
    let text = marked[hashes..].strip_prefix('"')?;
    let end = ["\"", &"#".repeat(hashes)].concat();
    Some(text.find(&end).map_or(rest.len(), |at| 2 + hashes + at + end.len()))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            return at + 1;
        }
    }
    rest.len()
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    module: &'a [String],
    /// The blocks around the place, with the name of each that is a module.
    blocks: Vec<Option<&'a str>>,
    imports: Vec<Import>,
}

impl<'a> Reader<'a> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            if self.words(at, ["#", "[", "cfg", "(", "test", ")", "]"]) {
                at = self.after_item(at + 7);
                continue;
            }
            match self.text(at) {
                "{" => {
                    let is_module = at > 1 && self.text(at - 2) == "mod";
                    self.blocks.push(is_module.then(|| self.text(at - 1)));
                }
                "}" => drop(self.blocks.pop()),
                "crate" | "super" if self.text(at + 1) == "::" && (at == 0 || self.text(at - 1) != "::") => {
                    at = self.read_path(at, self.here());
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn words<const N: usize>(&self, at: usize, words: [&str; N]) -> bool {
        words.iter().enumerate().all(|(next, word)| self.text(at + next) == *word)
    }

    /// The module of the place, from the root of the crate.
    fn here(&self) -> Vec<String> {
        let inline = self.blocks.iter().flatten().map(|name| (*name).to_owned());
        self.module.iter().cloned().chain(inline).collect()
    }

    /// The place after the item that begins here, whose attributes may come first.
    fn after_item(&self, from: usize) -> usize {
        let mut depth = 0_i32;
        let is_use = self.text(from) == "use";
        for at in from..self.tokens.len() {
            match self.text(at) {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            let ends = self.text(at) == ";" || (self.text(at) == "}" && !is_use);
            if depth == 0 && ends {
                return at + 1;
            }
        }
        self.tokens.len()
    }

    /// Reads one path, or each of a group in braces. Returns the place after it.
    fn read_path(&mut self, mut at: usize, mut base: Vec<String>) -> usize {
        let line = self.tokens.get(at).map_or(0, |token| token.line);
        loop {
            match self.text(at) {
                "crate" => base.clear(),
                "super" => drop(base.pop()),
                "{" => return self.read_group(at + 1, &base),
                word => {
                    base.push(word.to_owned());
                    self.imports.push(Import { line, path: base });
                    return at + 1;
                }
            }
            if self.text(at + 1) != "::" {
                return at + 1;
            }
            at += 2;
        }
    }

    fn read_group(&mut self, mut at: usize, base: &[String]) -> usize {
        while at < self.tokens.len() && self.text(at) != "}" {
            at = self.read_path(at, base.to_vec());
            // What follows the first word of a path in a group leads only deeper.
            let mut depth = 0_i32;
            while at < self.tokens.len() && !(depth == 0 && [",", "}"].contains(&self.text(at))) {
                match self.text(at) {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                at += 1;
            }
            at += usize::from(self.text(at) == ",");
        }
        at + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(module: &[&str], source: &str) -> Vec<(usize, String)> {
        let module: Vec<String> = module.iter().map(|name| (*name).to_owned()).collect();
        imports(&module, source).into_iter().map(|import| (import.line, import.path.join("::"))).collect()
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
            use crate::real;
        "##;
        assert_eq!(paths(&["users"], source), ["real"]);
    }

    #[test]
    fn items_of_the_root_are_known_by_their_module() {
        let found = re_exports("pub use error::Error;\npub use routes::{App, shell};\nuse crate::x;");
        for item in [("Error", "error"), ("App", "routes"), ("shell", "routes")] {
            assert!(found.contains(&(item.0.to_owned(), item.1.to_owned())), "{item:?}");
        }
    }
}
