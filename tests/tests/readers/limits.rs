//! What a reader doesn't know, whoever wrote the image.

use std::process::Command;

use qcow2_stream_tests::command::{FrontEnd, Workplace};
use qcow2_stream_tests::corpus::{Input, Vector, corpus};
use qcow2_stream_tests::qemu;

use crate::stage::{Image, Reader};

/// A disk of no bytes has an L1 table of no entries.
pub(crate) fn empty(vector: &Vector) -> bool {
    corpus().input(&vector.input).size == 0
}

/// Checks that a reader can't read the disk in an image that QEMU has made either.
pub(crate) fn qemu_makes_it_no_better(disk: &Input, options: &[&str], reader: Reader) {
    let place = Workplace::with_disk(FrontEnd::Native, disk);
    let mut command = Command::new("qemu-img");
    command.current_dir(place.folder());
    command.args(["convert", "-f", "raw", "-O", "qcow2"]).args(options);
    let made = qemu::run(command.args([Workplace::DISK, "image"]));
    assert!(made.status.success(), "{command:?}: {}", String::from_utf8_lossy(&made.stderr));
    qemu::compare(&place.disk(), &place.path("image"));
    let error = reader(&Image::new(&place, disk)).expect_err("the reader has learned it");
    println!("{options:?}: {error}");
}
