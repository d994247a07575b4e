//! Waiting for a condition.

use std::time::{Duration, Instant};

/// Far more than anything here takes, on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// How long to leave the processor to others between two looks.
const PAUSE: Duration = Duration::from_millis(1);

/// Waits until the condition holds.
///
/// # Panics
///
/// If it doesn't within two minutes.
pub fn wait_until(what: &str, condition: impl FnMut() -> bool) {
    assert!(holds_in_time(condition), "waited in vain until {what}");
}

/// Waits for a condition, but no longer than two minutes. Whether it held.
pub(crate) fn holds_in_time(mut condition: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !condition() {
        if begun.elapsed() > DEADLINE {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
    true
}
