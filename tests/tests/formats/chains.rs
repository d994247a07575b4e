//! Images that consist of several files.

use std::fs;
use std::process::Command;

use qcow2_stream_tests::command::{LoopDevice, Workplace};
use qcow2_stream_tests::qemu;

use crate::stage::{absolute, convert, make, overlay, patch, place, same};

#[test]
fn a_chain_is_read_where_its_folder_is_allowed() {
    let place = place();
    fs::create_dir(place.path("base")).expect("a folder is made");
    make(&place, "-O qcow2 -c", "base/first");
    overlay(&place, "first", "qcow2", "base/second");
    overlay(&place, "base/second", "qcow2", "third");
    same(&place, "qcow2", &["--allow", "base"], "third");
    same(&place, "qcow2", &["--allow", "base/first", "--allow", "base/second"], "third");
    let outcome = convert(&place, "qcow2", &["--allow", "base/second"], "third");
    outcome.refused(4, &["third", "another file, base/first", "--allow 'base/first'"]);
}

#[test]
fn names_start_from_the_folder_of_the_image_wherever_one_is() {
    let place = place();
    fs::create_dir_all(place.path("deep/er")).expect("folders are made");
    overlay(&place, "../../disk.raw", "raw", "deep/er/over");
    for image in ["deep/er/over", "./deep//er/../er/over", &absolute(&place.path("deep/er/over"))] {
        same(&place, "qcow2", &["--allow", "disk.raw"], image);
    }
    let absolute = absolute(&place.disk());
    overlay(&place, &absolute, "raw", "deep/over");
    same(&place, "qcow2", &["--allow", &absolute], "deep/over");
    same(&place, "qcow2", &["--allow", "."], "deep/over");
}

#[test]
fn a_data_file_is_looked_for_beside_the_image() {
    let place = place();
    fs::create_dir(place.path("deep")).expect("a folder is made");
    let mut command = std::process::Command::new("qemu-img");
    command.args([
        "convert",
        "-f",
        "raw",
        "-O",
        "qcow2",
        "-o",
        "data_file=data",
        "../disk.raw",
        "image",
    ]);
    let status = command.current_dir(place.path("deep")).status();
    assert!(status.expect("qemu-utils is installed").success());
    same(&place, "qcow2", &["--allow", "deep/data"], "deep/image");
}

#[test]
fn a_link_is_allowed_by_what_it_leads_to() {
    let place = place();
    fs::create_dir(place.path("links")).expect("a folder is made");
    std::os::unix::fs::symlink("../disk.raw", place.path("links/base")).expect("a link is made");
    overlay(&place, "links/base", "raw", "over");
    same(&place, "qcow2", &["--allow", "links/base"], "over");
    convert(&place, "qcow2", &["--allow", "links"], "over").refused(4, &["links/base", "--allow"]);
}

#[test]
fn a_backing_file_whose_format_would_be_guessed_is_refused() {
    let place = place();
    overlay(&place, "disk.raw", "raw", "over");
    // The header extension with the format gets a number that nobody knows.
    patch(&place.path("over"), b"\xe2\x79\x2a\xca", b"\x12\x34\x56\x78");
    let outcome = convert(&place, "qcow2", &["--allow", "."], "over");
    outcome.refused(4, &["format of its backing file disk.raw", "qemu-img rebase -u -F FORMAT"]);
}

#[test]
fn a_file_that_is_missing_is_named() {
    let place = place();
    overlay(&place, "gone", "raw", "over");
    for more in [&[][..], &["--allow", "."]] {
        convert(&place, "qcow2", more, "over").refused(4, &["'./gone'", "No such file"]);
    }
    let outcome = convert(&place, "qcow2", &["--allow", "nowhere"], "over");
    outcome.refused(4, &["cannot allow nowhere", "No such file"]);
}

#[test]
fn an_image_that_cannot_be_read_says_why() {
    let place = place();
    convert(&place, "vdi", &[], "disk.raw").refused(4, &["cannot read disk.raw", "VDI image"]);
    convert(&place, "qcow2", &[], "gone").refused(4, &["gone", "No such file"]);
    convert(&place, "qcow2", &[], ".").refused(4, &["it is a directory"]);
    convert(&place, "qcow2", &[], "/dev/null").refused(4, &["it is a character device"]);
    make_encrypted(&place, "secret");
    convert(&place, "qcow2", &[], "secret").refused(4, &["encrypted", "decrypt it first"]);
}

/// Makes an encrypted image. QEMU measures the processor's speed for that, and now and then it can't on a busy machine.
#[track_caller]
fn make_encrypted(place: &Workplace, image: &str) {
    let options = "encrypt.format=luks,encrypt.iter-time=10,encrypt.key-secret=s";
    let mut said = String::new();
    for _ in 0..20 {
        let mut command = Command::new("qemu-img");
        command.args(["create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=abc"]);
        command.args(["-o", options, image, "1M"]).current_dir(place.folder());
        let output = qemu::run(&mut command);
        if output.status.success() {
            return;
        }
        said = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    panic!("qemu-img made no encrypted image: {said}");
}

#[test]
fn an_image_on_a_block_device_is_read() {
    let place = place();
    make(&place, "-O qcow2", "image");
    let file = fs::File::options().write(true).open(place.path("image")).expect("it is there");
    file.set_len(32 << 20).expect("a device is larger than what is on it");
    let device = LoopDevice::new(&place.path("image"));
    same(&place, "qcow2", &[], device.path());
    // And as a backing file.
    overlay(&place, device.path().to_str().expect("UTF-8"), "qcow2", "over");
    same(&place, "qcow2", &["--allow", device.path().to_str().expect("UTF-8")], "over");
    convert(&place, "qcow2", &[], "over").refused(4, &["--allow '/dev/loop"]);
}
