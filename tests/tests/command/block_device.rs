//! Block devices: as disks, and as the place where an image must not go.

use std::fs::{OpenOptions, metadata};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use qcow2_stream_tests::command::{LoopDevice, Workplace, finish, run, spawn};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};

use crate::place;

/// A multiple of the 512 bytes that a block device is made of.
const SIZE: u64 = 3 << 20;

#[test]
fn a_block_device_is_a_disk_like_any() {
    let (place, device) = device();
    let image = run(place.command([device.path()])).image();
    assert!(image == run(place.command(["disk.raw"])).image(), "another image");
}

#[test]
fn a_block_device_may_be_extended_but_not_cut() {
    let (place, device) = device();
    let path = device.path().to_str().expect("the path is UTF-8");
    let longer = run(place.command(["--size", "4M", path])).image();
    assert!(longer == run(place.command(["--size", "4M", "disk.raw"])).image(), "another image");
    run(place.command(["--size", "2M", path])).refused(2, &[path, "3145728", "2097152"]);
}

#[test]
fn a_block_device_is_not_replaced_by_its_own_image_under_another_name() {
    let (place, device) = device();
    let number = metadata(device.path()).expect("the device is there").rdev();
    let mode = Mode::from_raw_mode(0o600);
    mknodat(CWD, place.path("node"), FileType::BlockDevice, mode, number).expect("root can");
    let node = OpenOptions::new().write(true).open(place.path("node")).expect("a device");
    let mut command = place.command([device.path()]);
    command.stdout(node).stderr(Stdio::piped());
    finish(spawn(command)).refused(2, &["standard output is the input"]);
}

#[test]
fn a_block_device_in_use_is_read_like_any_and_noted() {
    let (place, device) = device();
    let flags = OFlags::RDONLY | OFlags::EXCL | OFlags::CLOEXEC;
    // What a file system does that is mounted.
    let claim = open(device.path(), flags, Mode::empty()).expect("nobody else has claimed it");
    let outcome = run(place.command([device.path()]));
    assert_eq!(outcome.status.code(), Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("it is in use"), "{}", outcome.stderr);
    drop(claim);
    let image = run(place.command([device.path()])).image();
    assert!(outcome.stdout == image, "another image");
}

fn device() -> (Workplace, LoopDevice) {
    let place = place(SIZE);
    let device = LoopDevice::new(&place.disk());
    (place, device)
}
