//! Signals: what is left to do before the program ends by one.

use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGBUS, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGUSR1,
    SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::flag;

/// The signals that end a program by default, but those that can't be caught (SIGKILL), those that Rust
/// or this program takes for errors of a write (SIGPIPE, SIGXFSZ), and those of a crash, after which
/// nothing can be tidied up (SIGSEGV, SIGILL, SIGFPE). SIGBUS is a crash only where a file is mapped,
/// and none is; Rust's own handler of it still runs and ends the program if the fault repeats.
const DEADLY: [i32; 14] = [
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU,
    SIGTRAP, SIGABRT, SIGBUS, SIGSYS,
];

/// More of them: those that are Linux's own, and the real-time signals. The C library keeps two for itself.
#[cfg(target_os = "linux")]
fn deadly_here() -> impl Iterator<Item = i32> {
    let own = [libc::SIGIO, libc::SIGPWR].into_iter();
    #[cfg(not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64")))]
    let own = own.chain([libc::SIGSTKFLT]);
    own.chain(libc::SIGRTMIN()..=libc::SIGRTMAX())
}

/// None that are worth the difference.
#[cfg(not(target_os = "linux"))]
fn deadly_here() -> impl Iterator<Item = i32> {
    std::iter::empty()
}

/// The signal that arrived, once somebody waits for one.
static RECEIVED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Lets a file size limit be an error of the write instead of the end of the program.
pub(crate) fn report_size_limit_as_error() -> io::Result<()> {
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}

/// From here on, the signals that would end the program are noted, to be seen by [`received`].
pub(crate) fn note() -> io::Result<()> {
    let received = RECEIVED.get_or_init(Arc::default);
    for signal in DEADLY.into_iter().chain(deadly_here()).filter(|signal| !is_ignored(*signal)) {
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
        // SAFETY: the default action is no function, so no code of ours runs in a handler; both calls take
        // any number and tell by their result if it is no signal. Should the program live on, the exit
        // status of the failure has to do.
        #[allow(unsafe_code)]
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
    }
}

fn signal() -> usize {
    RECEIVED.get().map_or(0, |received| received.load(Ordering::Relaxed))
}
