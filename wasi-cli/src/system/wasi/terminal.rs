//! The terminal that progress is drawn on.

use indicatif::ProgressDrawTarget;

/// Standard error. A module sees no TERM, and without it indicatif would draw nothing.
pub(crate) fn stderr() -> ProgressDrawTarget {
    ProgressDrawTarget::term_like(Box::new(console::Term::stderr()))
}
