//! What a browser takes of the machine's memory.

use std::fs;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::running::Browser;
use super::tree::below;

/// How long to wait between two measurements.
const PAUSE: Duration = Duration::from_millis(100);

/// What runs beside the browser.
const DRIVERS: [&str; 3] = ["chromedriver", "geckodriver", "WebKitWebDriver"];

impl Browser {
    /// How many bytes of memory the browser's processes have now. What they
    /// share counts once.
    pub fn memory(&self) -> u64 {
        memory_below(self.keeper())
    }

    /// Does something, and returns what comes of it, with the most memory that
    /// the browser had meanwhile.
    ///
    /// # Panics
    ///
    /// With what the something panics.
    pub fn peak_memory<T>(&self, act: impl FnOnce() -> T) -> (T, u64) {
        let keeper = self.keeper();
        let (end, ended) = channel::<()>();
        thread::scope(|scope| {
            let peak = scope.spawn(move || {
                let mut peak = memory_below(keeper);
                while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                    peak = peak.max(memory_below(keeper));
                }
                peak
            });
            let done = act();
            drop(end);
            (done, peak.join().expect("memory can be measured"))
        })
    }
}

fn memory_below(keeper: u32) -> u64 {
    below(keeper).into_iter().filter(|id| !is_driver(*id)).filter_map(proportional).sum()
}

fn is_driver(id: u32) -> bool {
    let program = fs::read_link(format!("/proc/{id}/exe")).unwrap_or_default();
    DRIVERS.iter().any(|driver| program.ends_with(driver))
}

/// The bytes of a process, in which what it shares with others counts in part.
fn proportional(id: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}
