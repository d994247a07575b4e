//! What makes an image a good one.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::qemu;
use crate::reader::{Error, Image, Summary};

/// The largest disk of which QEMU may read every hole.
const SMALL: u64 = 1 << 30;

/// Checks an image of a raw disk with the independent reader and with QEMU.
/// With an external data file, that is the disk.
///
/// # Panics
///
/// If either finds anything.
pub fn judge(what: &str, image: &Path, disk: &Path) -> Summary {
    let summary = read(image, disk).unwrap_or_else(|error| panic!("{what}: {error}"));
    qemu::check(image);
    if summary.data_file_raw {
        check_map(what, image, summary.virtual_size);
    }
    // A raw data file is data all over to QEMU, and it would read the disk
    // twice, holes and all. Its map has just said where it would read.
    if !summary.data_file_raw || summary.virtual_size <= SMALL {
        qemu::compare(disk, image);
    }
    summary
}

fn read(image: &Path, disk: &Path) -> Result<Summary, Error> {
    let open = |path| File::open(path).expect("the file can be opened");
    let mut image = Image::open(open(image))?;
    let summary = image.check()?;
    image.check_streaming_order()?;
    image.compare_with_raw(&mut open(disk))?;
    Ok(summary)
}

/// Checks that QEMU finds every byte at its own offset.
fn check_map(what: &str, image: &Path, size: u64) {
    let mut command = Command::new("qemu-img");
    command.args(["map", "-f", "qcow2", "--output=json"]).arg(image);
    command.current_dir(image.parent().expect("an image is in a folder"));
    let map = qemu::run(&mut command);
    assert!(map.status.success(), "{what}: {command:?}: {}", map.status);
    let map: Vec<Value> = serde_json::from_slice(&map.stdout).expect("qemu-img speaks JSON");
    let mut end = Some(0);
    for part in &map {
        assert_eq!(part["start"].as_u64(), end, "{what}: {part}");
        assert_eq!(part["offset"].as_u64(), end, "{what}: {part}");
        end = end.zip(part["length"].as_u64()).map(|(start, length)| start + length);
    }
    assert_eq!(end, Some(size), "{what}: the map has another end");
}
