//! The real `qemu-img`, as the judge of last resort.
//!
//! `qemu-img` takes `a:b` for a protocol and a file unless a slash comes
//! before the colon, so that every path is made absolute. A comma in a plain
//! file name means nothing to it; only `--image-opts` and `-o` would need it
//! doubled, and neither ever gets a file name here.
//!
//! QEMU looks for an external data file from the working directory, not from
//! the image's folder, so that each command runs in the image's folder.
//!
//! Every function panics if `qemu-img` is missing or can't be run, and all but
//! [`run`] if it refuses.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Checks the image with `qemu-img check`: no errors, leaks, or corruptions,
/// and the image ends where the file does.
///
/// The last is true of a front-to-back writer's images; QEMU's own may have
/// room to spare. An external data file has to exist beside the image.
///
/// # Panics
///
/// If `qemu-img` finds anything.
pub fn check(image: &Path) -> Value {
    let image = plain(image);
    let report = json(qemu_img(&image).args(CHECK).arg(&image));
    for fault in ["check-errors", "corruptions", "leaks"] {
        let count = report.get(fault).and_then(Value::as_u64).unwrap_or(0);
        assert_eq!(count, 0, "{fault} in {}: {report}", image.display());
    }
    let length = std::fs::metadata(&image).expect("the image is there").len();
    let end = report["image-end-offset"].as_u64();
    assert_eq!(end, Some(length), "the end of {}: {report}", image.display());
    report
}

const CHECK: [&str; 4] = ["check", "-f", "qcow2", "--output=json"];

/// Checks with `qemu-img compare` that the image has the raw disk's bytes.
///
/// # Panics
///
/// If they differ. A raw disk that isn't a multiple of 512 is compared by
/// `qemu-img` as if zeros followed it.
pub fn compare(raw: &Path, image: &Path) {
    let args = ["compare", "-f", "raw", "-F", "qcow2"];
    success(qemu_img(image).args(args).arg(plain(raw)).arg(plain(image)));
}

/// What `qemu-img info` says of the image.
///
/// # Panics
///
/// If `qemu-img` can't read it.
pub fn info(image: &Path) -> Value {
    let args = ["info", "-f", "qcow2", "--output=json"];
    json(qemu_img(image).args(args).arg(plain(image)))
}

/// What `qemu-img measure` says that a raw disk takes as qcow2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Measure {
    /// Bytes for the disk as it is.
    pub required: u64,
    /// Bytes for the disk once every cluster is written.
    pub fully_allocated: u64,
}

/// Runs `qemu-img measure` with the options that go after `-o`, for instance
/// `cluster_size=512,refcount_bits=1`; an empty text is for none.
///
/// # Panics
///
/// If `qemu-img` refuses.
pub fn measure(raw: &Path, options: &str) -> Measure {
    let mut command = qemu_img(raw);
    command.args(["measure", "-f", "raw", "-O", "qcow2", "--output=json"]);
    if !options.is_empty() {
        command.args(["-o", options]);
    }
    let report = json(command.arg(plain(raw)));
    let number = |name: &str| report[name].as_u64().expect("a number of bytes");
    Measure { required: number("required"), fully_allocated: number("fully-allocated") }
}

/// Runs a command of the package `qemu-utils`, whether it succeeds or not.
///
/// # Panics
///
/// If the program is missing.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let program = command.get_program().to_string_lossy();
            panic!("{program} is missing: apt-get install qemu-utils")
        }
        _ => panic!("{command:?}: {error}"),
    })
}

/// `qemu-img` in the folder of `image`, without arguments.
fn qemu_img(image: &Path) -> Command {
    let mut command = Command::new("qemu-img");
    if let Some(folder) = plain(image).parent() {
        command.current_dir(folder);
    }
    command
}

fn success(command: &mut Command) -> Vec<u8> {
    let Output { status, stdout, stderr } = run(command);
    let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}: {status}\n{out}{err}");
    stdout
}

fn json(command: &mut Command) -> Value {
    serde_json::from_slice(&success(command)).expect("qemu-img speaks JSON")
}

fn plain(path: &Path) -> PathBuf {
    std::path::absolute(path).expect("the working directory is known")
}
