//! What the tests of this suite share: images to convert, and what their conversion is to give.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use qcow2_stream_tests::command::{FrontEnd, Outcome, Workplace, run};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::qemu;

/// A disk with data that doesn't begin or end where clusters do, zeros that are really written, and holes.
pub(crate) fn disk() -> Input {
    let writes = vec![
        Write::new(0, 100_000, Fill::Xorshift64(1)),
        Write::new(1 << 20, 3 << 20, Fill::Byte(0)),
        Write::new((2 << 20) + 4096, 512, Fill::Byte(7)),
        Write::new((5 << 20) - 512, 1 << 20, Fill::Xorshift64(2)),
        Write::new((9 << 20) - 512, 512, Fill::Byte(1)),
    ];
    Input::new(9 << 20, writes)
}

/// An empty folder for the native command.
pub(crate) fn empty() -> Workplace {
    Workplace::new(FrontEnd::Native)
}

/// A folder with [`disk`] in it.
pub(crate) fn place() -> Workplace {
    Workplace::with_disk(FrontEnd::Native, &disk())
}

/// Runs `qemu-img` in the folder.
#[track_caller]
pub(crate) fn qemu_img<A: AsRef<OsStr>>(place: &Workplace, args: impl IntoIterator<Item = A>) {
    let mut command = Command::new("qemu-img");
    let output = qemu::run(command.args(args).current_dir(place.folder()));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Converts the raw disk to another format by `qemu-img`. Words of `how` go before the names.
#[track_caller]
pub(crate) fn make(place: &Workplace, how: &str, image: &str) {
    let mut args = vec!["convert", "-f", "raw"];
    args.extend(how.split_whitespace());
    args.extend([Workplace::DISK, image]);
    qemu_img(place, args);
}

/// Makes an image that is an overlay of another.
#[track_caller]
pub(crate) fn overlay(place: &Workplace, backing: &str, format: &str, image: &str) {
    qemu_img(
        place,
        ["create", "-q", "-f", "qcow2", "-u", "-b", backing, "-F", format, image, "9M"],
    );
}

/// The command for a disk of a format, with more arguments.
pub(crate) fn command(
    place: &Workplace,
    format: &str,
    more: &[&str],
    image: impl AsRef<OsStr>,
) -> Command {
    let mut command = place.command(["-f", format]);
    command.args(more).arg(image);
    command
}

/// Converts a disk of a format.
pub(crate) fn convert(
    place: &Workplace,
    format: &str,
    more: &[&str],
    image: impl AsRef<OsStr>,
) -> Outcome {
    run(command(place, format, more, image))
}

/// What the raw disk gives.
pub(crate) fn expected(place: &Workplace) -> Vec<u8> {
    run(place.command([Workplace::DISK])).image()
}

/// Checks that a disk of a format gives what the raw disk gives.
#[track_caller]
pub(crate) fn same(place: &Workplace, format: &str, more: &[&str], image: impl AsRef<OsStr>) {
    let name = image.as_ref().to_owned();
    let image = convert(place, format, more, image).image();
    assert!(image == expected(place), "{name:?} ({format}) gives other bytes");
}

/// An absolute name of a file.
pub(crate) fn absolute(path: &Path) -> String {
    path.canonicalize().expect("it is there").to_str().expect("UTF-8").to_owned()
}

/// Replaces bytes of a file.
pub(crate) fn patch(path: &Path, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(path).expect("it is there");
    let at = bytes.windows(from.len()).position(|some| some == from).expect("the bytes are there");
    bytes[at..at + to.len()].copy_from_slice(to);
    fs::write(path, bytes).expect("it can be written");
}
