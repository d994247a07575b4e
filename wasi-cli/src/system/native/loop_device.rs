//! What a loop device is over.

use std::ops::Range;
use std::os::fd::AsRawFd;
use std::path::Path;

use rustix::fs::{Mode, OFlags, fstat, open};

use crate::kind;

/// A window into a file or a block device.
#[derive(Debug)]
pub(super) struct Below {
    /// The number of the file system that the file is in.
    pub(super) file_system: u64,
    /// The number of the file's inode.
    pub(super) inode: u64,
    /// The number of the device, if it is over a block device.
    pub(super) device: Option<u64>,
    /// The bytes that it shows.
    pub(super) window: Range<u64>,
}

/// The command that asks for the status, in Linux's `loop.h`. libc has no name for it.
const LOOP_GET_STATUS64: libc::Ioctl = 0x4c05;

/// What a loop device is over, as its driver knows it: a name may mean another file by now, or none. `None` if
/// it is no loop device, or if the user may not open it. `number` is the device's.
pub(super) fn below(device: &Path, number: u64) -> Option<Below> {
    let name = device.file_name()?.to_str().filter(|name| name.starts_with("loop"))?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = open(Path::new("/dev").join(name), flags, Mode::empty()).ok()?;
    let stat = fstat(&file).ok()?;
    if kind::of(&stat) != rustix::fs::FileType::BlockDevice || stat.st_rdev != number {
        return None;
    }
    // As many bytes as `struct loop_info64` has: device, inode, device of a device, offset, size, and more.
    let mut status = [0_u64; 29];
    // SAFETY: the descriptor is open until `file` is dropped. The command writes no more than a `loop_info64`, which is
    // 232 bytes long, and any bytes are numbers.
    #[allow(unsafe_code)]
    let result = unsafe { libc::ioctl(file.as_raw_fd(), LOOP_GET_STATUS64, status.as_mut_ptr()) };
    let [file_system, inode, device, offset, size, ..] = status;
    let end = if size == 0 { u64::MAX } else { offset.saturating_add(size) };
    // Of a file, that is 0, or the number of its file system, depending on the version of Linux.
    let device = Some(device).filter(|device| ![0, file_system].contains(device));
    (result == 0).then_some(Below { file_system, inode, device, window: offset..end })
}
