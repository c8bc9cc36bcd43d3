//! How much memory the embedded Postgres keeps pages in.

use std::fs;

/// Kilobytes: what Postgres takes by itself, and as much as lists of a million people need.
const LEAST: u64 = 128 * 1024;
const MOST: u64 = 1024 * 1024;

/// The setting `shared_buffers`: an eighth of the machine's memory, within bounds. Postgres's documentation names a
/// quarter for a machine of its own; this one is shared with the program that embeds it.
pub(crate) fn shared_buffers() -> String {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text)).unwrap_or_default();
    format!("{}kB", (machine / 8).clamp(LEAST, MOST))
}

/// Kilobytes of the machine, as Linux tells them.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_the_machine_is_read() {
        assert_eq!(total("MemTotal:       24677784 kB\nMemFree: 1 kB\n"), Some(24_677_784));
        assert_eq!(total("MemTotal: many\n"), None);
        assert_eq!(total(""), None);
    }
}
