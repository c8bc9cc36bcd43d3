//! Says what is being done and how long each step took.

use anyhow::Result;
use std::time::{Duration, Instant};

/// The steps taken so far.
#[derive(Default)]
pub struct Steps {
    taken: Vec<(String, Duration)>,
    /// Whether others are taken at the same time.
    is_beside: bool,
}

impl Steps {
    /// Steps that are taken beside others: where one ends, its name is said again.
    pub(crate) fn beside() -> Self {
        Self { is_beside: true, ..Self::default() }
    }

    /// Adds those that were taken beside these.
    pub(crate) fn append(&mut self, beside: Self) {
        self.taken.extend(beside.taken);
    }

    /// Announces `name`, does `work`, and says how long it took.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("==> {name}");
        let start = Instant::now();
        let result = work().inspect_err(|_| eprintln!("==> {name}: FAILED after {}", seconds(start.elapsed())))?;
        self.taken.push((name.to_owned(), start.elapsed()));
        let what = if self.is_beside { format!("{name}: ") } else { String::new() };
        eprintln!("    {what}{}", seconds(start.elapsed()));
        Ok(result)
    }

    /// Lists all steps with their times.
    pub fn summary(&self) {
        if self.taken.is_empty() {
            return eprintln!("Nothing to do.");
        }
        eprintln!();
        for (name, time) in &self.taken {
            eprintln!("{:>9}  {name}", seconds(*time));
        }
        let total = self.taken.iter().map(|(_, time)| *time).sum();
        eprintln!("{:>9}  in all", seconds(total));
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
