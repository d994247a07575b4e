//! A disk that is not raw, in the sandbox: qemu-storage-daemon shows it as a raw file.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use qcow2_stream_tests::command::{
    FrontEnd, Workplace, drain, finish, run, spawn, wait_for_bytes, wait_until,
};
use qcow2_stream_tests::qemu;

use crate::{LARGE, place};

#[test]
fn a_vmdk_that_the_daemon_shows_as_raw_is_converted() {
    let place = place(LARGE);
    let mut convert = Command::new("qemu-img");
    convert.args(["convert", "-O", "vmdk"]).arg(place.disk()).arg(place.path("disk.vmdk"));
    let converted = qemu::run(&mut convert);
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));

    let expected = run(place.command(["disk.raw"])).image();
    let view = View::of(&place);
    let module = read_slowly(&place, place.command(["view/disk.raw"]));
    let mut native = FrontEnd::Native.command(place.folder());
    native.arg("view/disk.raw");
    let native = read_slowly(&place, native);
    drop(view);
    assert!(module == expected, "the image has other bytes");
    assert!(native == expected, "the native image has other bytes");
}

/// Lets a conversion take so long that the time of day, which the daemon gives for its file's, is another one.
fn read_slowly(place: &Workplace, mut command: Command) -> Vec<u8> {
    let time = || fs::metadata(place.path("view/disk.raw")).and_then(|view| view.modified());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
    wait_for_bytes(child.stdout.as_ref().expect("a pipe"));
    let begun = time().expect("the view has a time");
    wait_until("the view has another time", || time().is_ok_and(|time| time > begun));
    let image = drain(child.stdout.take().expect("a pipe"));
    let outcome = finish(child);
    assert!(outcome.status.success(), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("keeps no times").count(), 1, "{}", outcome.stderr);
    image
}

/// The daemon, gone afterwards, and its mount with it.
struct View(Child);

impl View {
    /// Starts what the command's own message says.
    fn of(place: &Workplace) -> Self {
        assert!(Path::new("/dev/fuse").exists(), "/dev/fuse is missing: modprobe fuse");
        let file = place.path("view/disk.raw");
        fs::create_dir(place.path("view")).expect("a folder is made");
        fs::write(&file, "").expect("a file is written");
        let mut command = Command::new("qemu-storage-daemon");
        command.args(["--blockdev", "driver=file,node-name=file,filename=disk.vmdk,read-only=on"]);
        command.args(["--blockdev", "driver=vmdk,node-name=disk,file=file,read-only=on"]);
        let export = "type=fuse,id=view,node-name=disk,mountpoint=view/disk.raw,writable=off";
        command.args(["--export", export]).current_dir(place.folder()).stdin(Stdio::null());
        let started = command.spawn();
        let view =
            Self(started.expect("qemu-storage-daemon is missing: apt-get install qemu-utils"));
        wait_until("the daemon shows the disk", || {
            fs::metadata(&file).is_ok_and(|metadata| metadata.len() == LARGE)
        });
        view
    }
}

impl Drop for View {
    fn drop(&mut self) {
        qcow2_stream_tests::command::signal(&self.0, rustix::process::Signal::TERM);
        self.0.wait().expect("the daemon is a child");
    }
}
