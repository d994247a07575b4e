//! The terminal that progress is drawn on.

use indicatif::ProgressDrawTarget;

/// Standard error, unless it can't move its cursor.
pub(crate) fn stderr() -> ProgressDrawTarget {
    ProgressDrawTarget::stderr()
}
