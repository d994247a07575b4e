//! The command, from its command line to its last byte.
//!
//! The suites know the command only as [`FRONT_END`], so that another front
//! end can run the same files with a constant of its own.

mod block_device;
mod change;
mod changes;
mod data_file;
mod file_systems;
mod input;
mod measure;
mod nbd;
mod options;
mod output_file;
mod pages;
mod pipes;
mod progress;
mod qemu;
mod replaced;
mod scarcity;
mod signals;
mod stacks;
mod standard_error;
mod standard_output;
mod vectors;

use qcow2_stream_tests::command::{FrontEnd, Workplace};
use qcow2_stream_tests::corpus::Input;

/// The way to run the command.
const FRONT_END: FrontEnd = FrontEnd::Native;

/// More than a pipe ever holds, and than the command keeps in memory.
const LARGE: u64 = 16 << 20;

/// A folder with such a disk.
fn place(size: u64) -> Workplace {
    Workplace::with_disk(FRONT_END, &Input::dense(size))
}
