//! Signals: what is left to do before the program ends by one.

use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

/// The signal that arrived, once somebody waits for one.
static RECEIVED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Lets a file size limit be an error of the write instead of the end of the program.
pub(crate) fn report_size_limit_as_error() -> io::Result<()> {
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}

/// From here on, the signals that ask the program to end are noted, to be seen by [`received`].
pub(crate) fn note() -> io::Result<()> {
    let received = RECEIVED.get_or_init(Arc::default);
    for signal in
        [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal))
    {
        flag::register_usize(signal, Arc::clone(received), signal.unsigned_abs() as usize)?;
    }
    Ok(())
}

/// Whether the caller has asked that a signal be ignored, as nohup does.
fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: with no new action, this only writes the present one where it is told to. It has done so if
    // it returns 0, and only then it is read.
    #[allow(unsafe_code)]
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Whether a noted signal has arrived.
pub(crate) fn received() -> bool {
    signal() != 0
}

/// Ends the program as the signal would have, so that the caller sees the usual status.
pub(crate) fn end_if_received() {
    if let Ok(signal @ 1..) = i32::try_from(signal()) {
        // If even this fails, the exit status of the failure has to do.
        let _ = emulate_default_handler(signal);
    }
}

fn signal() -> usize {
    RECEIVED.get().map_or(0, |received| received.load(Ordering::Relaxed))
}
