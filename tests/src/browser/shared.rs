//! A browser for many tests.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::kind::Kind;
use super::running::Browser;

impl Browser {
    /// The browser of this kind that the tests of a process share, one at a
    /// time, since it takes seconds to start.
    ///
    /// It has an empty page of 1000 × 700. Its downloads are those of all the
    /// tests, so that each had better have names of its own for them.
    ///
    /// # Panics
    ///
    /// As [`Browser::start`] does.
    #[track_caller]
    pub fn shared(kind: Kind) -> MutexGuard<'static, Self> {
        static SHARED: [OnceLock<Mutex<Browser>>; 3] = [const { OnceLock::new() }; 3];
        let browser = SHARED[kind as usize].get_or_init(|| Mutex::new(Self::start(kind)));
        let browser = browser.lock().unwrap_or_else(PoisonError::into_inner);
        // The last test may have failed anywhere. What it left on its page and
        // emulated for it goes with that.
        browser.close_page();
        browser.resize(1000, 700);
        browser
    }
}
