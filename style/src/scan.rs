//! Which class names the Rust sources use: a lexer's view, so that every way of writing them is seen.

use proc_macro2::{Delimiter, Literal, Spacing, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the sources hold.
#[derive(Debug, Default)]
pub struct Classes {
    /// Every word of every string literal: among them all classes.
    pub words: BTreeSet<String>,
    /// Words that can be nothing but classes, because they stand in a class attribute, with the first file each is in.
    pub strict: BTreeMap<String, PathBuf>,
}

/// A source that is not Rust, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ScanError {
    path: PathBuf,
    reason: String,
}

impl Classes {
    /// The `classes` with their files, relative to `root`.
    #[must_use]
    pub fn places(&self, classes: &[String], root: &Path) -> Vec<(String, PathBuf)> {
        let place = |class: &String| {
            let path = self.strict.get(class)?;
            Some((class.clone(), path.strip_prefix(root).unwrap_or(path).to_owned()))
        };
        classes.iter().filter_map(place).collect()
    }

    /// Adds the words of one Rust source.
    ///
    /// # Errors
    /// When `text` is not Rust.
    pub fn add(&mut self, text: &str, path: &Path) -> Result<(), ScanError> {
        let tokens: TokenStream =
            text.parse().map_err(|error| ScanError { path: path.to_owned(), reason: format!("{error}") })?;
        self.walk(&tokens.into_iter().collect::<Vec<_>>(), path);
        Ok(())
    }

    fn walk(&mut self, tokens: &[TokenTree], path: &Path) {
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Literal(literal) => {
                    self.words.extend(words(literal));
                    self.add_strict(written_attributes(literal), path);
                }
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    if !is_doc_comment(&inner) {
                        self.walk(&inner, path);
                    }
                }
                TokenTree::Ident(ident) if ident == "class" && !is_part_of_another(&tokens[..index]) => {
                    self.add_strict(class_attribute(&tokens[index + 1..]), path);
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    fn add_strict(&mut self, classes: Vec<String>, path: &Path) {
        for class in classes {
            self.words.insert(class.clone());
            self.strict.entry(class).or_insert_with(|| path.to_owned());
        }
    }
}

/// Scans every `.rs` file under `folders`.
///
/// # Errors
/// When a file cannot be read or lexed.
pub fn scan(folders: &[PathBuf]) -> Result<Classes, ScanError> {
    let mut classes = Classes::default();
    for folder in folders {
        // Leave `..` out of the paths that people read.
        let folder = folder.canonicalize().map_err(|error| failed(folder, &error))?;
        scan_folder(&folder, &mut classes)?;
    }
    Ok(classes)
}

fn scan_folder(folder: &Path, classes: &mut Classes) -> Result<(), ScanError> {
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let path = entry.map_err(|error| failed(folder, &error))?.path();
        if path.is_dir() {
            scan_folder(&path, classes)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
            classes.add(&text, &path)?;
        }
    }
    Ok(())
}

fn failed(path: &Path, error: &std::io::Error) -> ScanError {
    ScanError { path: path.to_owned(), reason: error.to_string() }
}

/// The classes of `class="a b"`, `class=("a b", signal)` and `class:a=signal`, given what follows the word `class`.
fn class_attribute(rest: &[TokenTree]) -> Vec<String> {
    match rest {
        [TokenTree::Punct(equals), value, ..] if equals.as_char() == '=' && equals.spacing() == Spacing::Alone => {
            match value {
                TokenTree::Literal(literal) => words(literal),
                TokenTree::Group(pair) if pair.delimiter() == Delimiter::Parenthesis => {
                    let first = pair.stream().into_iter().next();
                    first
                        .and_then(|token| if let TokenTree::Literal(it) = token { Some(words(&it)) } else { None })
                        .unwrap_or_default()
                }
                _ => Vec::new(),
            }
        }
        [TokenTree::Punct(colon), name @ ..] if colon.as_char() == ':' && colon.spacing() == Spacing::Alone => {
            directive(name).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The name in `class:name=`, put together again from its tokens; `None` for a type in a declaration.
fn directive(tokens: &[TokenTree]) -> Option<String> {
    let mut name = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => name.push_str(&ident.to_string()),
            TokenTree::Literal(literal) if !name.is_empty() => name.push_str(&literal.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == '=' && !name.is_empty() => return Some(name),
            TokenTree::Punct(punct) if matches!(punct.as_char(), '-' | ':' | '/' | '.') && !name.is_empty() => {
                name.push(punct.as_char());
            }
            _ => return None,
        }
    }
    None
}

/// Whether the word belongs to a declaration (`let class`) or to a longer name (`data-class`).
fn is_part_of_another(before: &[TokenTree]) -> bool {
    match before.last() {
        Some(TokenTree::Ident(word)) => word == "let" || word == "mut",
        Some(TokenTree::Punct(punct)) => punct.as_char() == '-',
        _ => false,
    }
}

fn is_doc_comment(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Ident(doc), TokenTree::Punct(equals), ..] if doc == "doc" && equals.as_char() == '=')
}

/// The classes of each ` class="a b"` in a string literal, which is HTML as it is written; without what is put in by
/// `format!`.
fn written_attributes(literal: &Literal) -> Vec<String> {
    let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) else { return Vec::new() };
    let text = text.value();
    let values = text.split(r#" class=""#).skip(1).filter_map(|rest| rest.split_once('"'));
    let classes = values.flat_map(|(value, _)| value.split_whitespace()).filter(|class| !class.contains('{'));
    classes.map(str::to_owned).collect()
}

/// The words of a string literal; none for any other literal.
fn words(literal: &Literal) -> Vec<String> {
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) => text.value().split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
