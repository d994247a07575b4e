//! One call at a time. The component model promises it, and jco does not keep the promise: a host in JavaScript can
//! call an export from within an import, and dispose of the plan that is running.

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use qcow2_stream_plugin_boundary::{Code, Failure};

/// Whether a call is under way that calls the host.
static UNDER_WAY: AtomicBool = AtomicBool::new(false);

/// A call under way, until it is dropped. An exception or a trap that unwinds past it drops nothing: from then on
/// every call is refused, because what the call was changing may be half changed.
pub(crate) struct Call(());

impl Call {
    /// Begins a call.
    ///
    /// # Errors
    /// If one is under way.
    pub(crate) fn begin() -> Result<Self, Failure> {
        if UNDER_WAY.swap(true, Relaxed) { Err(Failure::plain(Code::Busy)) } else { Ok(Self(())) }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        UNDER_WAY.store(false, Relaxed);
    }
}
