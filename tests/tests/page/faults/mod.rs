//! Whatever goes wrong, nobody ends with a wrong image that was called whole.

mod cancel;
mod change;
mod disk_full;
mod worker;

use std::ops::Deref;

use qcow2_stream_tests::browser::{Browser, State};

use crate::stage::Page;

/// Checks that a download ended, if it ever began, as failed, and left nothing.
#[track_caller]
fn no_download<B: Deref<Target = Browser>>(page: &Page<B>, name: &str) {
    if page.browser.download_as_told(name).is_some() {
        let told = page.end_of_download(name);
        assert!(matches!(told.state, State::Failed(_)), "{told:?}");
    }
    let left = page.browser.downloaded();
    // Firefox names what is not yet whole in its own way.
    let stem = name.trim_end_matches(".qcow2");
    assert!(!left.iter().any(|left| left.starts_with(stem)), "{left:?} has a part of {name}");
}
