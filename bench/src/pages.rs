//! Bytes and times of pages, in a real browser.

use crate::report::{Bar, Report};
use crate::server::{Server, again};
use crate::{Bench, Part, SESSION};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::process::Command;
use xtask::steps::Steps;
use xtask::{command, paths, setup};

#[derive(Deserialize)]
struct Route {
    name: String,
    bytes: Bytes,
}

#[derive(Deserialize)]
struct Bytes {
    code: f64,
    html: f64,
    rest: f64,
}

#[derive(Deserialize)]
struct Visit {
    cold: Times,
    warm: Times,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    first_byte: f64,
    first_paint: f64,
    alive: f64,
}

pub(crate) fn measure(steps: &mut Steps, bench: &Bench, report: &mut Report) -> Result<()> {
    let chromium = setup::chromium(steps)?;
    let folder = paths::root().join("end2end");
    setup::npm_packages(steps, &folder)?;
    let results = paths::target().join("bench");
    steps.step("Measuring: pages", || {
        let server = Server::start(&bench.bursar, &bench.database, &[])?;
        let mut playwright = Command::new("npx");
        playwright.args(["playwright", "test", "--config", "bench.config.ts"]).current_dir(&folder);
        playwright.env("CHROMIUM", chromium).env("BENCH_ORIGIN", server.origin()).env("BENCH_SESSION", SESSION);
        playwright.env("BENCH_RESULTS", &results).env("BENCH_RUNS", if bench.size.is_small { "1" } else { "5" });
        command::run(&mut playwright)
    })?;
    bytes(&read::<Vec<Route>>(&results.join("bytes.json"))?, bench, report);
    times(&read::<Vec<Visit>>(&results.join("times.json"))?, report)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn bytes(routes: &[Route], bench: &Bench, report: &mut Report) {
    let how = "What Chromium receives over the wire, in brotli, with an empty cache: the list of people as the first \
               page, then the other pages by following links. Code is wasm and JavaScript; the rest is stylesheet, \
               fonts, icon and data.";
    report.section("Bytes of pages", how, again(Part::Pages));
    // The debug build is neither small nor thoroughly compressed.
    let bar = if bench.size.is_small { Bar::None } else { Bar::AtMost(250.0) };
    for (place, Route { name, bytes }) in routes.iter().enumerate() {
        let (what, bar) = if place == 0 { (format!("{name}, the first page"), bar) } else { (name.clone(), Bar::None) };
        let from = format!(
            "kB of code; besides {:.1} kB of HTML, {:.1} kB of the rest",
            bytes.html / 1000.0,
            bytes.rest / 1000.0
        );
        report.line(what, (bytes.code / 1000.0, " kB"), bar, from);
    }
}

fn times(visits: &[Visit], report: &mut Report) -> Result<()> {
    let how = format!(
        "The list of 50 people in Chromium on a line of 1.6 Mbit/s with 150 ms to and fro and a processor slowed down \
         four times; medians of {}. Readable and usable without scripts from the first paint on; alive when the scripts \
         have taken over.",
        visits.len()
    );
    report.section("Times of pages", how, again(Part::Pages));
    for (cache, is_cold) in [("Empty cache", true), ("Code in the cache", false)] {
        let times: Vec<Times> = visits.iter().map(|visit| if is_cold { visit.cold } else { visit.warm }).collect();
        let all = |moment: fn(&Times) -> f64| times.iter().map(moment).collect::<Vec<f64>>();
        for (what, mut moments) in [
            ("first byte", all(|times| times.first_byte)),
            ("first paint", all(|times| times.first_paint)),
            ("alive", all(|times| times.alive)),
        ] {
            moments.sort_by(f64::total_cmp);
            let median = *moments.get(moments.len() / 2).context("no visits")?;
            report.line(format!("{cache}: {what}"), (median, " ms"), Bar::None, "median");
        }
    }
    Ok(())
}
