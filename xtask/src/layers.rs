//! `cargo xtask test --only layers`: modules use only what stands below them, and none of them in a circle.
//!
//! The tables are the map of the house: of two layers the upper one may use the lower one. Modules of one layer may use
//! each other as long as no circle comes of it.

mod imports;

use crate::paths;
use anyhow::{Context, Result, anyhow, bail};
use imports::{imports, re_exports};
use proc_macro2::{LexError, TokenStream};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Modules that may use each other and the modules of every layer above in the table.
struct Layer {
    name: &'static str,
    /// Their names, separated by spaces.
    modules: &'static str,
    /// Where to move what a module of this layer imports from an upper one.
    advice: &'static str,
}

/// A crate and its layers from the lowest to the highest.
struct Room {
    source: &'static str,
    layers: &'static [Layer],
}

/// For a circle in a crate without layers.
const ANY_ADVICE: &str = "what both need belongs in a module of its own";

const ROOMS: [Room; 4] = [
    Room { source: "domain/src", layers: &[] },
    Room { source: "server/src", layers: &[] },
    Room {
        source: "services/src",
        layers: &[
            Layer {
                name: "kernel",
                modules: "actor audit background change client clock closed_requests conflict cron database error forms guard idempotency kept_form keyset lease \
                          listing locks meter outbox password_hash random reauthentication schema sealer search settings \
                          submission sweep token undo",
                advice: "what every capability needs belongs in the kernel, which knows no capability",
            },
            Layer {
                name: "capabilities",
                modules: "access_anomalies access_matrix access_snapshots alerts allocations authenticate break_glass budget_requests budgets exports gateways handover identity keycloak litellm members own_account \
                          projects provision session sign_in spend users",
                advice: "what composes several capabilities belongs in `views`, what several need in the kernel",
            },
            Layer {
                name: "views",
                modules: "views",
                advice: "a view reads; what changes something belongs in a capability or in a job",
            },
            Layer { name: "jobs", modules: "bootstrap demo jobs sample", advice: "only tests stand above jobs" },
            Layer { name: "test support", modules: "testing", advice: "nothing stands above it" },
        ],
    },
    Room {
        source: "app/src",
        layers: &[
            Layer { name: "components", modules: "ui", advice: "a component gets it as a property" },
            Layer { name: "addresses", modules: "next paths plain_http theme url", advice: "addresses know no page" },
            Layer {
                name: "transport",
                modules: "cookies detour error read request",
                advice: "an area registers what it adds to a request, as `account::DETOURS` does",
            },
            Layer {
                name: "forms",
                modules: "form",
                advice: "an area registers what it adds to forms, as `account::DETOURS` does",
            },
            Layer { name: "pages", modules: "me page suggestions", advice: "a page passes it as an argument" },
            Layer {
                name: "areas",
                modules: "access_matrix account audit budget_requests budgets effective_access gateways identity_provider jobs litellm overview projects spending users",
                advice: "what composes areas belongs in `routes` or `layout`",
            },
            Layer {
                name: "routes",
                modules: "document gallery index layout lazy_pages routes",
                advice: "nothing stands above the routes",
            },
        ],
    },
];

/// Reads the sources of every crate with layers.
pub(crate) fn check() -> Result<()> {
    let mut problems = Vec::new();
    for room in &ROOMS {
        let mut files = Vec::new();
        read_files(&paths::root().join(room.source), &mut Vec::new(), &mut files)?;
        problems.extend(room.problems(&files));
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}\nThe layers are listed in xtask/src/layers.rs.", problems.join("\n"))
}

/// A source file: its place in the repository, its module, its code.
struct File {
    place: String,
    module: Vec<String>,
    code: TokenStream,
}

fn read_files(folder: &Path, module: &mut Vec<String>, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name == "tests" {
            continue;
        }
        module.push(name.clone());
        if path.is_dir() {
            read_files(&path, module, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let of_folder = ["lib", "mod"].contains(&name.as_str());
            let module = module.iter().take(module.len() - usize::from(of_folder)).cloned().collect();
            let place = path.strip_prefix(paths::root()).unwrap_or(&path).display().to_string();
            let code = fs::read_to_string(&path)?.parse();
            let code = code.map_err(|fault: LexError| anyhow!("{place} is no Rust: {fault}"))?;
            files.push(File { place, module, code });
        }
        module.pop();
    }
    Ok(())
}

/// Which top-level module imports which, and where it does so first.
type Edges = BTreeMap<(String, String), String>;

impl Layer {
    fn modules(&self) -> impl Iterator<Item = &'static str> {
        self.modules.split_whitespace()
    }
}

impl Room {
    fn problems(&self, files: &[File]) -> Vec<String> {
        let edges = edges(files);
        let modules: BTreeSet<&str> = files.iter().filter_map(|file| Some(file.module.first()?.as_str())).collect();
        let mut problems = self.unlisted(&modules);
        for ((from, to), place) in &edges {
            if let (Some(lower), Some(upper)) = (self.layer(from), self.layer(to))
                && lower < upper
            {
                let (from, to) = (&self.layers[lower], (to, self.layers[upper].name));
                problems.push(format!("`{place}` imports `{}` of the {}: {}", to.0, to.1, from.advice));
            }
        }
        problems.extend(self.circles(&edges));
        problems
    }

    /// Every edge that is part of a circle within a layer, with the way back.
    fn circles(&self, edges: &Edges) -> Vec<String> {
        let within = edges.iter().filter(|((from, to), _)| self.layer(from) == self.layer(to));
        let edges: Edges = within.map(|(edge, place)| (edge.clone(), place.clone())).collect();
        let problems = edges.iter().filter_map(|((from, to), place)| {
            let back = way(&edges, to, from)?.join("` → `");
            let advice = self.layer(from).map_or(ANY_ADVICE, |layer| self.layers[layer].advice);
            Some(format!("`{place}` imports `{to}`, which leads back (`{from}` → `{back}`): {advice}"))
        });
        problems.collect()
    }

    fn layer(&self, module: &str) -> Option<usize> {
        self.layers.iter().position(|layer| layer.modules().any(|listed| listed == module))
    }

    /// Modules without a layer, and names in the table that are no module.
    fn unlisted(&self, modules: &BTreeSet<&str>) -> Vec<String> {
        if self.layers.is_empty() {
            return Vec::new();
        }
        let new = modules.iter().filter(|module| self.layer(module).is_none());
        let new = new.map(|module| format!("{}: `{module}` has no layer yet: add it to the table", self.source));
        let listed = self.layers.iter().flat_map(Layer::modules);
        let gone = listed.filter(|module| !modules.contains(module));
        let gone = gone.map(|module| format!("{}: `{module}` is gone: remove it from the table", self.source));
        new.chain(gone).collect()
    }
}

fn edges(files: &[File]) -> Edges {
    let root = files.iter().find(|file| file.module.is_empty());
    let of_root: BTreeMap<String, String> =
        root.map(|root| re_exports(root.code.clone())).into_iter().flatten().collect();
    let modules: BTreeSet<&String> = files.iter().filter_map(|file| file.module.first()).collect();
    let mut edges = Edges::new();
    for file in files {
        let Some(from) = file.module.first() else { continue };
        for import in imports(&file.module, file.code.clone()) {
            let Some(first) = import.path.first() else { continue };
            let to = of_root.get(first).unwrap_or(first);
            if to != from && modules.contains(to) {
                edges.entry((from.clone(), to.clone())).or_insert_with(|| format!("{}:{}", file.place, import.line));
            }
        }
    }
    edges
}

/// The modules on the shortest way from one to another, both included.
fn way<'a>(edges: &'a Edges, from: &'a String, to: &String) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![from]];
    let mut seen = BTreeSet::from([from]);
    let mut at = 0;
    while let Some(way) = ways.get(at).cloned() {
        let last = *way.last()?;
        if last == to {
            return Some(way.into_iter().map(String::as_str).collect());
        }
        for (_, next) in edges.keys().filter(|(from, _)| from == last) {
            if seen.insert(next) {
                ways.push([way.as_slice(), &[next]].concat());
            }
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        source: "shop/src",
        layers: &[
            Layer { name: "kernel", modules: "audit error", advice: "the kernel knows no capability" },
            Layer {
                name: "capabilities",
                modules: "orders users",
                advice: "what composes several capabilities belongs in `views`",
            },
            Layer { name: "views", modules: "views", advice: "nothing stands above" },
        ],
    };

    /// Problems of a made-up tree that holds every module of [`ROOM`].
    fn problems(texts: &[(&str, &str)]) -> Vec<String> {
        let names = ["lib", "audit", "error", "orders", "users", "users/detail", "views"];
        let known =
            names.iter().map(|name| (*name, texts.iter().find(|(of, _)| of == name).map_or("", |(_, text)| text)));
        let more = texts.iter().copied().filter(|(name, _)| !names.contains(name));
        let file = |(name, text): (&str, &str)| File {
            place: format!("shop/src/{name}.rs"),
            module: name.split('/').filter(|part| *part != "lib").map(str::to_owned).collect(),
            code: text.parse().expect("tokens"),
        };
        ROOM.problems(&known.chain(more).map(file).collect::<Vec<_>>())
    }

    #[test]
    fn imports_of_lower_layers_and_of_neighbours_are_allowed() {
        let texts = [("views", "use crate::users::User;"), ("users", "use crate::orders;\nuse crate::audit;")];
        assert_eq!(problems(&texts), Vec::<String>::new());
    }

    #[test]
    fn import_of_an_upper_layer_says_where_it_belongs() {
        let found = problems(&[("users/detail", "//! Details.\n\nuse super::super::views::List;")]);
        let expected = "`shop/src/users/detail.rs:3` imports `views` of the views: what composes several capabilities \
                        belongs in `views`";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn item_of_the_root_counts_as_its_module() {
        let found = problems(&[("lib", "pub use views::List;"), ("audit", "fn f(list: crate::List) {}")]);
        assert_eq!(found, ["`shop/src/audit.rs:1` imports `views` of the views: the kernel knows no capability"]);
    }

    #[test]
    fn circle_within_a_layer_is_found_from_both_sides() {
        let found = problems(&[("users", "use crate::orders;"), ("orders", "\nuse crate::users;")]);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with(
            "`shop/src/orders.rs:2` imports `users`, which leads back (`orders` → `users` → `orders`): what composes"
        ));
    }

    #[test]
    fn module_without_a_layer_is_named() {
        assert_eq!(problems(&[("gifts", "")]), ["shop/src: `gifts` has no layer yet: add it to the table"]);
    }
}
