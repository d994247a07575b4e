//! A bootable disk, converted by the command, boots in a virtual machine under software emulation.
//!
//! Debian's iPXE disk boots in four steps, each reading the next from the disk: its boot sector, ISOLINUX, its
//! configuration, and iPXE. SeaBIOS shows on the serial line what goes to the screen.

use std::fs;
use std::io::Read;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use qcow2_stream_tests::command::{FrontEnd, Workplace, judge};
use qcow2_stream_tests::corpus::Input;

use crate::stage::{convert, started};

const DISK: &str = "/usr/lib/ipxe/ipxe.iso";

/// What iPXE says of itself when it runs.
const IPXE: &str = "Open Source Network Boot Firmware";
/// What SeaBIOS says when no disk boots.
const NOTHING: &str = "No bootable device";

/// It takes seconds, unless the machine has much else to do.
const DEADLINE: Duration = Duration::from_secs(300);

#[test]
fn a_converted_disk_boots() {
    boots(&[]);
}

#[test]
fn a_converted_disk_boots_from_the_smallest_clusters() {
    boots(&["-c", "512", "-r", "1"]);
}

#[test]
fn a_converted_disk_boots_from_the_largest_clusters_when_extended() {
    boots(&["-c", "2M", "-r", "64", "--size", "64G"]);
}

#[test]
fn a_converted_disk_boots_from_its_data_file() {
    boots(&["-d"]);
}

#[test]
fn a_disk_of_zeros_does_not_boot() {
    let place = Workplace::with_disk(FrontEnd::Native, &Input::new(2 << 20, vec![]));
    convert(&place, &[Workplace::DISK]);
    let shown = shown_until(NOTHING, &place);
    assert!(!shown.contains(IPXE), "{shown}");
}

/// Converts the disk, boots the image, and checks that both are as they were.
fn boots(options: &[&str]) {
    let place = Workplace::new(FrontEnd::Native);
    let (image, raw) = (place.path("image"), place.disk());
    let disk = started(fs::read(DISK), "ipxe");
    fs::write(&raw, &disk).expect("the disk is written");
    convert(&place, &[options, &[Workplace::DISK]].concat());
    let before = fs::read(&image).expect("the image is there");
    let shown = shown_until(IPXE, &place);
    assert!(shown.contains("Booting from Hard Disk"), "what has booted? {shown}");
    assert!(fs::read(&image).expect("the image is there") == before, "the image has changed");
    assert!(fs::read(&raw).expect("the disk is there") == disk, "the disk has changed");
    judge("the image that has booted", &image, &raw);
}

/// Starts a machine with a folder's image as its hard disk, and ends it when the serial line shows a text.
fn shown_until(text: &str, place: &Workplace) -> String {
    let mut machine = Machine::start(place);
    let begun = Instant::now();
    let mut shown = String::new();
    while !shown.contains(text) {
        let left = DEADLINE.saturating_sub(begun.elapsed());
        match machine.line.recv_timeout(left) {
            Ok(bytes) => shown.push_str(&String::from_utf8_lossy(&bytes)),
            Err(error) => panic!("{error}: no {text:?} in {shown:?}, {}", machine.complaint()),
        }
    }
    shown
}

/// A virtual machine that ends with its test.
struct Machine {
    process: Child,
    line: Receiver<Vec<u8>>,
}

impl Machine {
    fn start(place: &Workplace) -> Self {
        let mut command = Command::new("qemu-system-x86_64");
        // Without a screen SeaBIOS takes the serial line for one. Without defaults there is no network card, whose
        // own memory might hold another iPXE.
        command.args(["-machine", "pc,accel=tcg,graphics=off", "-nodefaults", "-vga", "std"]);
        command.args(["-m", "64", "-display", "none", "-serial", "stdio", "-no-reboot"]);
        // What the machine writes goes to a temporary file.
        command.args(["-drive", "file=image,format=qcow2,if=ide,snapshot=on"]);
        command.current_dir(place.folder());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = started(command.spawn(), "qemu-system-x86");
        let line = received(process.stdout.take().expect("a pipe of ours"));
        Self { process, line }
    }

    /// What QEMU has to say, once it is told to end.
    fn complaint(&mut self) -> String {
        self.process.kill().expect("QEMU is a child");
        let mut said = String::new();
        let mut stream = self.process.stderr.take().expect("a pipe of ours");
        stream.read_to_string(&mut said).expect("a pipe can be read");
        said
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The bytes of a stream, as they come.
fn received(mut stream: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buf = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buf) {
            if sender.send(buf[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}
