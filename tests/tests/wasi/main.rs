//! The command as a WASI module, in wasmtime and in Node.

mod block_device;
#[path = "../command/data_file.rs"]
mod data_file;
mod formats;
mod hostile;
mod input;
mod node;
mod output;
mod progress;
mod size;
mod vectors;

use qcow2_stream_tests::command::{FrontEnd, Workplace};
use qcow2_stream_tests::corpus::Input;

/// The way to run the command.
const FRONT_END: FrontEnd = FrontEnd::Wasmtime;

/// Inputs that are left to the native command: WASI knows no holes, so their zeros would all be read.
const LEFT_OUT: [&str; 2] = ["sparse-1T", "sparse-20G"];

/// More than a pipe ever holds, and than the command keeps in memory.
const LARGE: u64 = 16 << 20;

/// A folder with such a disk.
fn place(size: u64) -> Workplace {
    Workplace::with_disk(FRONT_END, &Input::dense(size))
}

/// What the native command makes of the disk.
fn native(place: &Workplace, args: &[&str]) -> Vec<u8> {
    let mut command = FrontEnd::Native.command(place.folder());
    command.args(args);
    qcow2_stream_tests::command::run(command).image()
}
