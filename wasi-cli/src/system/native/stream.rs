//! Descriptors that take bytes: standard output above all.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{AsFd, IntoRawFd};
use rustix::io::retry_on_intr;

/// Waits until a descriptor takes bytes again.
pub(crate) fn wait(stream: impl AsFd) -> io::Result<()> {
    let mut ready = [PollFd::new(&stream, PollFlags::OUT)];
    retry_on_intr(|| poll(&mut ready, None))?;
    Ok(())
}

/// Learns of writes that failed after they were accepted: a network file system may say so only when the
/// file is closed, and Rust's own closing doesn't listen. Closing any duplicate asks the same question.
pub(crate) fn finish(stream: impl AsFd) -> io::Result<()> {
    let duplicate = rustix::io::dup(stream)?.into_raw_fd();
    // SAFETY: the descriptor was just made, nobody else knows it, and it is not used again.
    #[allow(unsafe_code)]
    unsafe { rustix::io::try_close(duplicate) }?;
    Ok(())
}

/// Reserves the room for a file of `size` bytes, where that makes writing faster: on ext4, by a tenth. Then a disk without
/// that room is known before the first byte, too. A file system that can share the data of two files would
/// reserve what is not needed.
#[cfg(target_os = "linux")]
pub(crate) fn reserve(file: impl AsFd, size: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate, fstatfs};
    use rustix::io::Errno;

    if !fstatfs(&file).is_ok_and(|system| i128::from(system.f_type) == EXT4) || size == 0 {
        return Ok(());
    }
    match retry_on_intr(|| fallocate(&file, FallocateFlags::empty(), 0, size)) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT)) => Err(error.into()),
        // What can't be reserved may still be written.
        _ => Ok(()),
    }
}

/// What ext4 calls itself, and ext3 and ext2, which reserve nothing.
#[cfg(target_os = "linux")]
const EXT4: i128 = 0xef53;

/// Nothing is reserved.
#[cfg(not(target_os = "linux"))]
pub(crate) fn reserve(_: impl AsFd, _: u64) -> io::Result<()> {
    Ok(())
}

/// Lets a pipe hold more, so that its two ends wait for each other less often: measured, three times as
/// fast. A system that refuses loses only that.
pub(crate) fn widen_stdout() {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(rustix::stdio::stdout(), PIPE);
}

/// What a pipe is asked to hold, in bytes: as much as any user may ask for by default.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;

/// Whether the program was started without a standard output. Rust puts /dev/null in its place before
/// `main`, where the image would vanish with exit status 0.
pub(crate) fn stdout_is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Runs before Rust's own start-up.
// SAFETY: the C library calls every function in this section once, on the main thread, with nothing
// of Rust's runtime set up. The function needs none of it: a system call and an atomic store.
#[allow(unsafe_code)]
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static BEFORE_MAIN: extern "C" fn() = {
    extern "C" fn look() {
        let closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
        CLOSED.store(closed, Ordering::Relaxed);
    }
    look
};
