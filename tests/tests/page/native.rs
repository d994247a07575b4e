//! The native command's word on an image.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{FrontEnd, run, spawn};
use qcow2_stream_tests::qemu;

/// How much is compared at once.
const CHUNK: usize = 1 << 20;

/// The native command for a disk.
fn command(args: &[&str], disk: &Path) -> Command {
    let mut command = FrontEnd::Native.command(disk.parent().expect("a disk is in a folder"));
    command.args(args).arg("-q").arg(disk);
    command
}

/// How long the image of a disk is.
pub(crate) fn length(args: &[&str], disk: &Path) -> u64 {
    let mut command = command(args, disk);
    let text = String::from_utf8(
        run({
            command.arg("--measure");
            command
        })
        .image(),
    );
    text.expect("a number is ASCII").trim().parse().expect("the length is a number")
}

/// Checks that a stream has the bytes that the native command makes of a disk.
/// Neither is ever in memory.
#[track_caller]
pub(crate) fn same_bytes(args: &[&str], disk: &Path, image: impl Read) {
    let mut command = command(args, disk);
    command.stdout(Stdio::piped());
    let mut child = spawn(command);
    let native = child.stdout.take().expect("a pipe");
    let difference = first_difference(native, image);
    assert!(child.wait().expect("the command is a child").success() || difference.is_some());
    assert_eq!(difference, None, "the image of {} differs, from there on", disk.display());
}

/// As [`same_bytes`], of a file, which QEMU must find in order, too.
#[track_caller]
pub(crate) fn same_file(args: &[&str], disk: &Path, image: &Path) {
    same_bytes(args, disk, File::open(image).expect("the image is there"));
    qemu::check(image);
    qemu::compare(disk, image);
}

/// Where two streams begin to differ.
fn first_difference(one: impl Read, other: impl Read) -> Option<u64> {
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let mut at = 0;
    loop {
        let (left, right) = (chunk(&mut one), chunk(&mut other));
        if left != right {
            let same = left.iter().zip(&right).take_while(|(left, right)| left == right);
            return Some(at + same.count() as u64);
        }
        if left.is_empty() {
            return None;
        }
        at += left.len() as u64;
    }
}

fn chunk(from: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(CHUNK);
    from.take(CHUNK as u64).read_to_end(&mut bytes).expect("the stream can be read");
    bytes
}
