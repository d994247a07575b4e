//! Block devices over files and over each other: an image must not go where its disk is stored.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{LoopDevice, Mounted, Outcome, Workplace, finish, run, spawn};
use qcow2_stream_tests::qemu;

use crate::place;

/// A multiple of the 512 bytes that a block device is made of.
const SIZE: u64 = 3 << 20;

#[test]
fn a_loop_device_s_image_does_not_go_into_its_file() {
    let place = place(SIZE);
    let device = LoopDevice::new(&place.disk());
    fs::hard_link(place.disk(), place.path("twin")).expect("a name is added");
    for file in [place.disk(), place.path("twin")] {
        refused(&place, device.path(), &file);
    }
    let path = device.path().to_str().expect("the path is UTF-8");
    run(place.command(["-o", "disk.raw", path])).refused(2, &["disk.raw", "shares its storage"]);
    run(place.command(["-o", "other", path])).image();
}

#[test]
fn a_file_s_image_does_not_go_to_a_loop_device_over_it() {
    let place = place(SIZE);
    let device = LoopDevice::new(&place.disk());
    refused(&place, &place.disk(), device.path());
    let above = LoopDevice::new(device.path());
    refused(&place, &place.disk(), above.path());
    refused(&place, device.path(), above.path());
    refused(&place, above.path(), &place.disk());
}

#[test]
fn a_loop_device_s_file_is_known_without_its_name() {
    let place = place(SIZE);
    let device = LoopDevice::new(&place.disk());
    let above = LoopDevice::with_options(device.path(), &["--offset", "4096"]);
    let file = OpenOptions::new().read(true).write(true).open(place.disk()).expect("it opens");
    fs::remove_file(place.disk()).expect("it is there");
    // Another file of the name that the system tells.
    fs::write(place.path("disk.raw (deleted)"), "x").expect("a file is written");
    for disk in [device.path(), above.path()] {
        let mut command = place.command(["-q".as_ref(), disk.as_os_str()]);
        command.stdout(file.try_clone().expect("a copy")).stderr(Stdio::piped());
        finish(spawn(command)).refused(2, &["standard output", "shares its storage"]);
        let mut start = [1; 4];
        file.read_exact_at(&mut start, 0).expect("it can be read");
        assert_ne!(&start, b"QFI\xfb", "{} was overwritten", disk.display());
    }
}

#[test]
fn two_loop_devices_over_one_file_are_the_same_where_they_overlap() {
    let place = place(SIZE);
    let half = (SIZE / 2).to_string();
    let part = |offset: &str| {
        let options = ["--offset", offset, "--sizelimit", &half];
        LoopDevice::with_options(&place.disk(), &options)
    };
    let (whole, first, second) = (LoopDevice::new(&place.disk()), part("0"), part(&half));
    refused(&place, whole.path(), second.path());
    refused(&place, first.path(), whole.path());
    // An image is larger than its disk, so that it doesn't fit; but it may be tried.
    let outcome = into(&place, first.path(), second.path());
    outcome.failed(5, &["No space left"]);
}

#[test]
fn an_image_does_not_go_to_the_device_of_the_file_system_that_its_disk_is_in() {
    let place = place(SIZE);
    let system = Mounted::new(&["mkfs.ext4", "-q"], 64 << 20);
    fs::copy(place.disk(), system.path("disk.raw")).expect("the disk is copied");
    refused(&place, &system.path("disk.raw"), system.device());
    refused(&place, &system.path("disk.raw"), &system.file());
    // Files beside the disk are no danger to it.
    let image = system.path("image");
    let disk = system.path("disk.raw");
    run(place.command(["-o".as_ref(), image.as_os_str(), disk.as_os_str()])).image();
}

#[test]
fn a_partition_is_its_part_of_the_disk_and_of_the_disk_s_file() {
    let place = place(SIZE);
    let disk = LoopDevice::new(&place.disk());
    let sectors = SIZE / 512;
    let first = Partition::new(&disk, 1, 0, sectors / 2);
    let second = Partition::new(&disk, 2, sectors / 2, sectors / 2);
    for partition in [&first, &second] {
        for whole in [disk.path(), &place.disk()] {
            refused(&place, &partition.path, whole);
            refused(&place, whole, &partition.path);
        }
    }
    let options = ["--offset", &(SIZE / 2).to_string()[..]];
    let same = LoopDevice::with_options(&place.disk(), &options);
    refused(&place, &second.path, same.path());
    // An image is larger than its disk, so that it doesn't fit; but it may be tried.
    into(&place, &first.path, same.path()).failed(5, &["No space left"]);
    into(&place, &first.path, &second.path).failed(5, &["No space left"]);
}

/// Converts a disk to a file that is open for reading and writing, as with `1<>`.
fn into(place: &Workplace, disk: &Path, output: &Path) -> Outcome {
    let output = OpenOptions::new().read(true).write(true).open(output).expect("it opens");
    // A loop device has its file open for writing, which is noted.
    let mut command = place.command(["-q".as_ref(), disk.as_os_str()]);
    command.stdout(output).stderr(Stdio::piped());
    finish(spawn(command))
}

#[track_caller]
fn refused(place: &Workplace, disk: &Path, output: &Path) {
    let before = bytes(output);
    let outcome = into(place, disk, output);
    outcome.refused(2, &["standard output", "shares its storage with the input file"]);
    assert!(bytes(output) == before, "{} was written to", output.display());
}

/// Where an image would begin. A file system that is mounted writes behind that.
fn bytes(path: &Path) -> Vec<u8> {
    let mut bytes = vec![0; 512];
    let file = File::open(path).expect("it opens");
    file.read_exact_at(&mut bytes, 0).expect("it can be read");
    bytes
}

/// A part of a block device, gone afterwards.
struct Partition<'a> {
    disk: &'a LoopDevice,
    number: u32,
    path: PathBuf,
}

impl<'a> Partition<'a> {
    /// A partition of `size` sectors from `start` on.
    fn new(disk: &'a LoopDevice, number: u32, start: u64, size: u64) -> Self {
        let numbers = [number.into(), start, size].map(|number| number.to_string());
        let output = qemu::run(Command::new("addpart").arg(disk.path()).args(numbers));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "it takes root, and addpart (util-linux): {error}");
        let path = format!("{}p{number}", disk.path().display()).into();
        Self { disk, number, path }
    }
}

impl Drop for Partition<'_> {
    fn drop(&mut self) {
        // One that stays is a nuisance, not a failure of the test.
        let number = self.number.to_string();
        let _ = Command::new("delpart").arg(self.disk.path()).arg(number).status();
    }
}
