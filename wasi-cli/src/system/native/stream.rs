//! Descriptors that take bytes: standard output above all.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, IntoRawFd};
use rustix::fs::{FileType, fstat, fsync};
use rustix::io::Errno;

use crate::kind;
use crate::retry;

/// How often a descriptor may say that it takes bytes, and then take none. The first few times somebody else may have
/// been quicker: to take what made it full, or to fill it again.
const REFUSALS: u32 = 100;

/// Those that are not worth a pause.
const QUICK: u32 = 10;

/// Between the others. A descriptor that will never take anything is given up after a second.
const PAUSE: Duration = Duration::from_millis(10);

/// Waits for a descriptor that a transfer has found full, again and again if it must be, but not for ever for one that
/// says that it isn't.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    /// How often it has refused bytes, although it was ready.
    refusals: u32,
}

impl Patience {
    /// Waits until a descriptor takes bytes again.
    ///
    /// # Errors
    /// Those of the system; `WouldBlock` for a descriptor that is ready and takes nothing all the same.
    pub(crate) fn wait(&mut self, stream: impl AsFd) -> io::Result<()> {
        let mut ready = [PollFd::new(&stream, PollFlags::OUT)];
        if retry::on_interrupt(|| poll(&mut ready, Some(&Timespec::default())))? == 0 {
            retry::on_interrupt(|| poll(&mut ready, None))?;
            return Ok(());
        }
        self.refusals += 1;
        match self.refusals {
            REFUSALS => return Err(Errno::AGAIN.into()),
            QUICK.. => thread::sleep(PAUSE),
            _ => {}
        }
        Ok(())
    }
}

/// Learns of writes that failed after they were accepted. A block device is written to later, and nobody would hear of
/// a failure. A network file system may say so only when the file is closed, and Rust's own closing doesn't listen.
/// Closing any duplicate asks the same question.
pub(crate) fn finish(stream: impl AsFd) -> io::Result<()> {
    if kind::of(&fstat(&stream)?) == FileType::BlockDevice {
        retry::on_interrupt(|| fsync(&stream))?;
    }
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
    if !fstatfs(&file).is_ok_and(|system| i128::from(system.f_type) == EXT4) || size == 0 {
        return Ok(());
    }
    match retry::on_interrupt(|| fallocate(&file, FallocateFlags::empty(), 0, size)) {
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

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn what_is_ready_and_takes_nothing_is_given_up() {
        let null = File::options().write(true).open("/dev/null").expect("it opens");
        let mut patience = Patience::default();
        let given_up = (0..10 * REFUSALS).find_map(|_| patience.wait(&null).err());
        assert_eq!(given_up.expect("it is given up").kind(), io::ErrorKind::WouldBlock);
        assert_eq!(patience.refusals, REFUSALS);
    }
}
