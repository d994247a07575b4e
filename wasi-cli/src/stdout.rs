//! Standard output as a place for an image.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;

/// What messages call it.
pub(crate) const NAME: &str = "standard output";

/// Makes sure that there is one.
pub(crate) fn check_open() -> Result<(), Failure> {
    if CLOSED.load(Ordering::Relaxed) {
        return Err(Failure::sink(NAME, anyhow::anyhow!("it is closed")));
    }
    Ok(())
}

/// Makes sure that an image may go there.
pub(crate) fn check_image() -> Result<(), Failure> {
    check_open()?;
    if std::io::stdout().is_terminal() {
        return Err(Failure::usage(
            "refusing to write an image to a terminal; redirect standard output, or use -o FILE",
        ));
    }
    Ok(())
}

/// Lets a pipe hold more, so that its two ends wait for each other less often: measured, three times as
/// fast. A system that refuses loses only that.
pub(crate) fn widen_pipe() {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(rustix::stdio::stdout(), PIPE);
}

/// What a pipe is asked to hold, in bytes: as much as any user may ask for by default.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;

/// Whether the program was started without a standard output. Rust puts /dev/null in its place before
/// `main`, where the image would vanish with exit status 0.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Runs before Rust's own start-up.
// SAFETY: the C library calls every function in this section once, on the main thread, with nothing
// of Rust's runtime set up. The function needs none of it: a system call and an atomic store.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = {
    extern "C" fn look() {
        let closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
        CLOSED.store(closed, Ordering::Relaxed);
    }
    look
};
