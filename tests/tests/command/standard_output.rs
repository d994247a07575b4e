//! Standard output: what may take an image, and what happens if it doesn't.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{
    LoopDevice, Mounted, Outcome, Terminal, finish, in_shell, redirected, run, spawn,
};

use crate::{LARGE, place};

#[test]
fn a_terminal_gets_no_image() {
    let (place, terminal) = (place(3 << 20), Terminal::open());
    let outcome = into(place.command(["disk.raw"]), terminal.stdio());
    outcome.refused(2, &["terminal", "-o FILE"]);
    assert_eq!(terminal.seen(), "");
}

#[test]
fn a_disk_is_not_overwritten_by_its_own_image() {
    let place = place(3 << 20);
    let before = fs::read(place.disk()).expect("the disk can be read");
    for append in [true, false] {
        let disk = OpenOptions::new().append(append).write(true).open(place.disk());
        let command = place.command(["-q", "disk.raw"]);
        let outcome = into(command, disk.expect("the disk can be opened"));
        outcome.refused(2, &["standard output is the input"]);
        assert_eq!(fs::read(place.disk()).expect("the disk can be read"), before);
    }
}

#[test]
fn a_closed_standard_output_is_a_failure() {
    let place = place(3 << 20);
    for args in [&["disk.raw"][..], &["--measure", "disk.raw"]] {
        let outcome = run(redirected("", &place.command(args), ">&-"));
        outcome.refused(5, &["standard output", "closed"]);
    }
}

#[test]
fn a_standard_output_that_cannot_be_written_is_a_failure() {
    let place = place(3 << 20);
    let disk = File::open(place.disk()).expect("the disk can be opened");
    fs::hard_link(place.disk(), place.path("twin")).expect("a name is added");
    let other = File::open("/dev/null").expect("a device");
    into(place.command(["disk.raw"]), other).refused(5, &["standard output", "at offset 0"]);
    into(place.command(["twin"]), disk).refused(2, &["standard output is the input"]);
}

#[test]
fn a_full_device_is_a_failure() {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let outcome = into(place(3 << 20).command(["disk.raw"]), full);
    outcome.refused(5, &["standard output", "at offset 0", "No space left"]);
}

#[test]
fn a_limit_of_file_sizes_is_a_failure_and_no_crash() {
    let place = place(LARGE);
    let command = in_shell("ulimit -f 2048", &place.command(["disk.raw"]));
    let image = File::create(place.path("image")).expect("a file is made");
    let outcome = into(command, image);
    let length = fs::metadata(place.path("image")).expect("the image is there").len();
    let offset = format!("at offset {length}:");
    outcome.refused(5, &["standard output", &offset, "too large"]);
}

#[test]
fn a_file_gets_the_image_where_it_stands() {
    let place = place(3 << 20);
    let mut expected = b"before".to_vec();
    expected.extend(run(place.command(["disk.raw"])).image());
    let mut image = File::create(place.path("image")).expect("a file is made");
    image.write_all(b"before").expect("the file is written");
    into(place.command(["disk.raw"]), image.try_clone().expect("a descriptor")).image();
    // The descriptor is shared, so what comes next follows the image.
    image.write_all(b"after").expect("the file is written");
    expected.extend(b"after");
    let found = fs::read(place.path("image")).expect("the image can be read");
    assert!(found == expected, "the file has other bytes");
}

#[test]
fn a_file_gets_the_image_at_its_end() {
    let place = place(3 << 20);
    let mut expected = b"before".to_vec();
    expected.extend(run(place.command(["disk.raw"])).image());
    fs::write(place.path("image"), "before").expect("a file is written");
    let image = OpenOptions::new().append(true).open(place.path("image"));
    into(place.command(["disk.raw"]), image.expect("the file can be opened")).image();
    let found = fs::read(place.path("image")).expect("the image can be read");
    assert!(found == expected, "the file has other bytes");
}

#[test]
fn a_longer_file_keeps_its_end() {
    let place = place(3 << 20);
    let mut expected = run(place.command(["disk.raw"])).image();
    expected.extend([7; 1000]);
    fs::write(place.path("image"), vec![7; expected.len()]).expect("a file is written");
    let image = OpenOptions::new().write(true).open(place.path("image"));
    into(place.command(["disk.raw"]), image.expect("the file can be opened")).image();
    let found = fs::read(place.path("image")).expect("the image can be read");
    assert!(found == expected, "the file has other bytes");
}

#[test]
fn dev_null_takes_any_image() {
    let null = OpenOptions::new().write(true).open("/dev/null").expect("a device");
    into(place(LARGE).command(["disk.raw"]), null).image();
}

#[test]
fn a_device_that_cannot_keep_the_image_is_a_failure() {
    let place = place(LARGE);
    // The device is larger than the file system that has its bytes, which shows when they are written out.
    let system = Mounted::new(&["mkfs.ext4", "-q"], 8 << 20);
    let file = File::create(system.path("device")).expect("a file is made");
    file.set_len(2 * LARGE).expect("a file may be sparse");
    let device = LoopDevice::new(&system.path("device"));
    let stdout = OpenOptions::new().write(true).open(device.path()).expect("a device");
    into(place.command(["disk.raw"]), stdout).failed(5, &["cannot write to standard output"]);
}

/// Runs a command into a standard output other than a pipe of this process.
fn into(mut command: Command, stdout: impl Into<Stdio>) -> Outcome {
    command.stdout(stdout).stderr(Stdio::piped());
    finish(spawn(command))
}
