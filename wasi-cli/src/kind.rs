//! What kind of file something is.

use rustix::fs::{FileType, Stat};

/// What kind of file it is, as far as the system tells.
pub(crate) fn of(stat: &Stat) -> FileType {
    #[allow(clippy::useless_conversion)] // the type of st_mode differs between systems
    FileType::from_raw_mode(stat.st_mode.into())
}

/// The kind in words, for a message that says why something else is needed.
pub(crate) fn in_words(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a regular file",
        FileType::BlockDevice => "a block device",
        FileType::CharacterDevice => "a character device",
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        #[cfg(not(target_os = "wasi"))] // where it is as good as unknown
        FileType::Fifo => "a pipe",
        _ => "neither a regular file nor a block device",
    }
}
