//! Hosts and disks that let the module down, and little memory.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{
    FrontEnd, Workplace, drain, fill, finish, run, spawn, wait_for_bytes, wait_until,
};
use qcow2_stream_tests::corpus::{Fill, Input, Write};

use crate::{FRONT_END, LARGE, native, place};

/// A memory of 32 MiB for the module.
const LITTLE_MEMORY: [&str; 2] = ["-W", "max-memory-size=33554432"];

#[test]
fn a_disk_that_is_cut_while_it_is_read_is_a_failure() {
    let place = place(LARGE);
    let mut command = place.command(["disk.raw"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
    // The rest is more than a pipe holds.
    wait_for_bytes(child.stdout.as_ref().expect("a pipe"));
    let disk = OpenOptions::new().write(true).open(place.disk()).expect("the disk can be opened");
    disk.set_len(LARGE / 2).expect("the size is set");
    let written = drain(child.stdout.take().expect("a pipe"));
    finish(child).failed(4, &["disk.raw changed while it was read", "16777216", "8388608"]);
    assert!((written.len() as u64) < LARGE, "the image looks complete");
}

#[test]
fn a_disk_that_is_written_while_it_is_read_is_a_failure() {
    let place = place(LARGE);
    let mut command = place.command(["-o", "image", "--progress=json", "disk.raw"]);
    // The module waits in its first phase until somebody reads what it says.
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let filled = fill(&mut writer.try_clone().expect("a copy"));
    command.stdout(Stdio::null()).stderr(writer);
    let child = spawn(command);
    // It makes its file after it has looked at the disk.
    wait_until("the module has opened both", || {
        place.names().iter().any(|name| name.ends_with(".partial"))
    });
    std::fs::write(place.disk(), vec![1; LARGE as usize]).expect("the disk is written");
    let said = drain(reader);
    let outcome = finish(child);
    let said = String::from_utf8_lossy(&said[filled..]).into_owned();
    assert_eq!(outcome.status.code(), Some(4), "{said}");
    assert!(said.contains("disk.raw changed while it was read"), "{said}");
    assert_eq!(place.names(), ["disk.raw"]);
}

#[test]
fn a_reader_that_goes_away_is_a_failure() {
    let place = place(LARGE);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = place.command(["disk.raw"]);
    command.stdout(writer).stderr(Stdio::piped());
    finish(spawn(command)).refused(5, &["cannot write to standard output at offset 0"]);
}

#[test]
fn a_full_device_is_a_failure() {
    let place = place(LARGE);
    let mut command = place.command(["disk.raw"]);
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    command.stdout(full).stderr(Stdio::piped());
    finish(spawn(command)).refused(5, &["cannot write to standard output", "No space left"]);
}

#[test]
fn a_dense_disk_takes_little_memory() {
    let place = place(64 << 20);
    let expected = native(&place, &["disk.raw"]);
    let image = run(in_little_memory(&place, &["disk.raw"])).image();
    assert!(image == expected, "the image has other bytes");
}

/// What lies between the clusters that hold data takes time, for the host has to read its zeros, but no memory.
#[test]
fn a_sparse_disk_takes_little_memory() {
    let size = 8 << 30;
    let data = (0..8).map(|nth| Write::new(nth * (size / 8) + 5, 3, Fill::Byte(1))).collect();
    let place = Workplace::with_disk(FRONT_END, &Input::new(size, data));
    let image = run(in_little_memory(&place, &["disk.raw"])).image();
    assert!(image == native(&place, &["disk.raw"]), "the image has other bytes");
}

fn in_little_memory(place: &Workplace, args: &[&str]) -> Command {
    let mut command = FrontEnd::wasmtime(&LITTLE_MEMORY, place.folder());
    command.args(args);
    command
}
