//! Block devices: as disks, and as the place where an image must not go.

use std::fs::{self, File, OpenOptions, metadata};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{
    Lockstep, LoopDevice, Mounted, Outcome, Workplace, at_last_line_of, finish, run, spawn,
    wait_for_bytes, wait_until_blocked,
};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};

use crate::place;

/// A multiple of the 512 bytes that a block device is made of.
const SIZE: u64 = 3 << 20;

#[test]
fn a_block_device_is_a_disk_like_any() {
    let (place, device) = device();
    let image = run(place.command([device.path()])).image();
    // The device has its file open for writing, which is noted.
    assert!(image == run(place.command(["-q", "disk.raw"])).image(), "another image");
}

#[test]
fn a_block_device_may_be_extended_but_not_cut() {
    let (place, device) = device();
    let path = device.path().to_str().expect("the path is UTF-8");
    let longer = run(place.command(["--size", "4M", path])).image();
    assert!(
        longer == run(place.command(["-q", "--size", "4M", "disk.raw"])).image(),
        "another image"
    );
    run(place.command(["--size", "2M", path])).refused(2, &[path, "3145728", "2097152"]);
}

#[test]
fn a_block_device_is_not_replaced_by_its_own_image_under_another_name() {
    let (place, device) = device();
    let node = another_name(device.path(), &place.path("node"));
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

/// A way to write to a device, with a name for messages.
type Way<'a> = (&'a str, &'a dyn Fn(&Path));

#[test]
fn what_is_written_to_a_device_past_its_times_is_noticed() {
    let write_out = |device: &Path, args: &[&str]| {
        let done = Command::new("blkdiscard").args(args).arg(device).status();
        assert!(done.expect("blkdiscard (util-linux) is there").success(), "{args:?}");
    };
    let ways: [Way<'_>; 3] = [
        ("zeros", &|device| write_out(device, &["-f", "-z", "-l", "4096"])),
        ("a discard", &|device| write_out(device, &["-f", "-l", "4096"])),
        ("another name", &|device| {
            let folder = tempfile::tempdir().expect("a folder");
            let node = another_name(device, &folder.path().join("node"));
            node.write_all_at(&[0xa5; 4096], 0).expect("it can be written");
        }),
    ];
    for (what, write) in ways {
        let (place, device) = device();
        let outcome = held(&place, device.path(), || write(device.path()));
        outcome.failed(4, &["changed while it was read", "4096 bytes of the device"]);
        assert_eq!(outcome.stderr.lines().count(), 1, "{what}: {}", outcome.stderr);
    }
}

#[test]
fn what_a_mounted_file_system_writes_to_its_device_is_noticed() {
    let place = place(SIZE);
    let system = Mounted::new(&["mkfs.ext4", "-q", "-E", "lazy_itable_init=0"], 16 << 20);
    // More than a pipe holds.
    fs::copy(place.disk(), system.path("large")).expect("there is room");
    system.free();
    let mut command = place.command([system.device()]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = spawn(command);
    wait_for_bytes(child.stdout.as_ref().expect("a pipe"));
    wait_until_blocked(&child, system.device());
    fs::write(system.path("file"), "x").expect("there is room");
    system.free();
    let words = ["note:", "it is in use", "changed while it was read", "bytes of the device"];
    finish(child).failed(4, &words);
}

#[test]
fn what_is_written_to_a_partition_is_written_to_its_disk() {
    let (place, device) = device();
    let partition = Partition::new(device.path());
    let outcome = held(&place, device.path(), || {
        let file = OpenOptions::new().write(true).open(&partition.0).expect("it is there");
        file.write_all_at(&[0xa5; 4096], 0).and_then(|()| file.sync_all()).expect("it is written");
    });
    outcome.failed(4, &["changed while it was read", "4096 bytes of the device"]);
}

#[test]
fn what_still_waited_to_be_written_to_a_device_is_no_change() {
    let (place, device) = device();
    let file = OpenOptions::new().write(true).open(device.path()).expect("a device");
    file.write_all_at(&[0xa5; 4096], 0).expect("it can be written");
    let outcome = held(&place, device.path(), || file.sync_all().expect("it can be written out"));
    assert!(outcome.status.success(), "{}", outcome.stderr);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn a_device_whose_writes_are_not_counted_is_noted() {
    let (place, device) = device();
    let name = device.path().file_name().and_then(|name| name.to_str()).expect("it is UTF-8");
    let switch = format!("/sys/block/{name}/queue/iostats");
    fs::write(&switch, "0").expect("root can");
    let outcome = run(place.command([device.path()]));
    let quiet = run(place.command(["-q".as_ref(), device.path().as_os_str()]));
    fs::write(&switch, "1").expect("root can");
    assert!(outcome.status.success(), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("does not count what is written").count(), 1);
    quiet.image();
}

/// Holds the command between its two passes over a device, does something, and lets it go on.
fn held(place: &Workplace, device: &Path, action: impl FnOnce()) -> Outcome {
    let mut command = place.command([device]);
    command.stdout(Stdio::piped());
    let mut lockstep = Lockstep::start(command);
    lockstep.hold(device, at_last_line_of("scan"));
    action();
    lockstep.release()
}

/// Opens a device by a name of its own.
fn another_name(device: &Path, name: &Path) -> File {
    let number = metadata(device).expect("the device is there").rdev();
    mknodat(CWD, name, FileType::BlockDevice, Mode::from_raw_mode(0o600), number)
        .expect("root can");
    OpenOptions::new().write(true).open(name).expect("a device")
}

/// The second MiB of a device, as a device of its own.
struct Partition(PathBuf);

impl Partition {
    fn new(device: &Path) -> Self {
        let added = Command::new("addpart").arg(device).args(["1", "2048", "2048"]).status();
        assert!(added.expect("addpart (util-linux) is there").success());
        let partition = format!("{}p1", device.display());
        Self(partition.into())
    }
}

impl Drop for Partition {
    fn drop(&mut self) {
        // A partition that stays goes with its device.
        let device = self.0.to_str().and_then(|name| name.strip_suffix("p1"));
        let _ = Command::new("delpart").arg(device.expect("it is UTF-8")).arg("1").status();
    }
}

fn device() -> (Workplace, LoopDevice) {
    let place = place(SIZE);
    let device = LoopDevice::new(&place.disk());
    (place, device)
}
