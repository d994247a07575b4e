//! Whether the output is what is being read.

use std::io;
use std::path::Path;

use rustix::fs::{FileType, Stat, fstat};

use crate::failure::Failure;
use crate::input::Input;
use crate::kind;
use crate::system::storage;

/// Makes sure that the output is none of the files that are being read, nor stored where one of them is.
pub(super) fn refuse_input(
    output: &Stat,
    input: &Input,
    source: &Path,
    name: &str,
) -> Result<(), Failure> {
    for (index, file) in input.files().into_iter().enumerate() {
        let file = fstat(file).map_err(|error| Failure::source(source, io::Error::from(error)))?;
        let read = if index == 0 { "the input file" } else { "a file that the input names" };
        if id(output) == id(&file) {
            let itself = if index == 0 { " itself" } else { "" };
            return Err(Failure::usage(format_args!("{name} is {read}{itself}; write elsewhere")));
        }
        if storage::overlap(&file, output) {
            return Err(Failure::usage(format_args!(
                "{name} shares its storage with {read} (as a loop device with its file, or a partition with \
                 its disk), so the image would overwrite what is being read; write elsewhere"
            )));
        }
    }
    Ok(())
}

/// What tells one file from another: a block device may have several names.
#[allow(clippy::unnecessary_cast)] // the types differ between systems
fn id(stat: &Stat) -> (u64, u64, u64) {
    if kind::of(stat) == FileType::BlockDevice {
        return (0, 0, stat.st_rdev as u64);
    }
    (stat.st_dev as u64, stat.st_ino as u64, 0)
}
