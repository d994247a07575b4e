//! Block devices, whose size WASI does not tell.

use qcow2_stream_tests::command::{FrontEnd, LoopDevice, Workplace, run};

use crate::place;

/// A multiple of the 512 bytes that a block device is made of.
const SIZE: u64 = 3 << 20;

#[test]
fn a_block_device_is_converted_if_its_size_is_said() {
    let (place, device) = device();
    let outcome = run(command(&place, &["--size", "3M"], &device));
    assert!(outcome.image() == run(place.command(["disk.raw"])).image(), "another image");
}

#[test]
fn a_block_device_without_a_size_is_refused_with_what_to_say() {
    let (place, device) = device();
    run(command(&place, &[], &device)).refused(4, &["--size BYTES", "blockdev --getsize64"]);
}

#[test]
fn a_size_that_is_not_the_device_s_is_a_failure() {
    let (place, device) = device();
    run(command(&place, &["--size", "2M"], &device)).refused(2, &["2097152", "lost"]);
    run(command(&place, &["--size", "4M"], &device)).failed(4, &["3145728", "4194304"]);
}

fn device() -> (Workplace, LoopDevice) {
    let place = place(SIZE);
    let device = LoopDevice::new(&place.disk());
    (place, device)
}

fn command(place: &Workplace, args: &[&str], device: &LoopDevice) -> std::process::Command {
    let mut command = FrontEnd::wasmtime(&["--dir=/dev"], place.folder());
    command.args(args).arg(device.path());
    command
}
