//! Waiting for what a browser does.

use std::time::{Duration, Instant};

/// How long to leave the processor to the browser between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until there is something to be seen, and returns that.
///
/// # Panics
///
/// If there isn't in time.
#[track_caller]
pub fn wait_for<T>(what: &str, timeout: Duration, look: impl FnMut() -> Option<T>) -> T {
    look_for(timeout, look).unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// What there is to be seen in time.
pub(crate) fn look_for<T>(timeout: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        let found = look();
        if found.is_some() || begun.elapsed() > timeout {
            return found;
        }
        std::thread::sleep(PAUSE);
    }
}
