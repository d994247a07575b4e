//! What a file or a block device is stored on, as far as Linux tells in `/sys`: a partition on its disk, a loop device
//! on its file, a device of the device mapper or of md on others, a file on the device of its file system.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat, major, minor, stat};

use super::loop_device;
use crate::kind;

/// How many layers are looked at, against circles and mazes.
const MOST: usize = 1000;

/// The unit of sizes and places in `/sys`, whatever the device's own, in bytes.
const SECTOR: u64 = 512;

/// A place where bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A block device, by its number.
    Device(u64),
    /// A file, by the numbers of its file system and its inode.
    File(u64, u64),
}

/// A range of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    place: Place,
    range: Range<u64>,
    /// Whether it holds nothing else. Where a mapping is not known, each byte of the range may belong to something else.
    is_exact: bool,
}

/// Whether a write to one would change the other. `input` may also be a file in a file system on the output.
pub(crate) fn overlap(input: &Stat, output: &Stat) -> bool {
    overlap_in(Path::new(DEVICES), place(input), place(output))
}

/// Where the system has a folder for each block device.
const DEVICES: &str = "/sys/dev/block";

fn overlap_in(devices: &Path, input: Place, output: Place) -> bool {
    let (input, output) = (parts(devices, input, true), parts(devices, output, false));
    let meet = |a: &Part, b: &Part| {
        let (start, end) = (a.range.start.max(b.range.start), a.range.end.min(b.range.end));
        a.place == b.place && start < end && (a.is_exact || b.is_exact)
    };
    input.iter().any(|a| output.iter().any(|b| meet(a, b)))
}

/// All places that hold the bytes of a file or device, itself first. `with_file_systems`: those also that a file system
/// takes for its files. What is written to a file changes them, too, but not what another file has there.
fn parts(devices: &Path, place: Place, with_file_systems: bool) -> Vec<Part> {
    let mut parts = vec![Part { place, range: 0..u64::MAX, is_exact: true }];
    let mut next = 0;
    while let Some(part) = parts.get(next).cloned() {
        next += 1;
        for below in below(devices, &part, with_file_systems) {
            if parts.len() < MOST && !parts.contains(&below) {
                parts.push(below);
            }
        }
    }
    parts
}

fn place(stat: &Stat) -> Place {
    if kind::of(stat) == FileType::BlockDevice {
        return Place::Device(number(stat.st_rdev));
    }
    Place::File(number(stat.st_dev), number(stat.st_ino))
}

/// The parts that a part is made of.
fn below(devices: &Path, part: &Part, with_file_systems: bool) -> Vec<Part> {
    match part.place {
        Place::File(device, _) if with_file_systems => {
            let range = 0..u64::MAX;
            vec![Part { place: Place::Device(device), range, is_exact: false }]
        }
        Place::File(..) => Vec::new(),
        Place::Device(number) => {
            let device = devices.join(format!("{}:{}", major(number), minor(number)));
            let Ok(device) = fs::canonicalize(device) else { return Vec::new() };
            let single = disk(&device).or_else(|| backing(&device, number));
            let single = single.map(|(place, window)| shifted(part, place, &window));
            single.into_iter().flatten().chain(slaves(&device)).collect()
        }
    }
}

/// A part of what is a window into another place, seen from there.
fn shifted(part: &Part, place: Place, window: &Range<u64>) -> Option<Part> {
    let at = |offset: u64| window.start.saturating_add(offset).min(window.end);
    let range = at(part.range.start)..at(part.range.end);
    (!range.is_empty()).then_some(Part { place, range, is_exact: part.is_exact })
}

/// The disk of a partition, and where the partition lies on it.
fn disk(device: &Path) -> Option<(Place, Range<u64>)> {
    value(device, "partition").ok()?;
    let start = value(device, "start").ok()?.checked_mul(SECTOR)?;
    let size = value(device, "size").ok()?.checked_mul(SECTOR)?;
    let disk = device_number(device.parent()?).ok()?;
    Some((Place::Device(disk), start..start.saturating_add(size)))
}

/// What a loop device is over, and the part of it that the device shows.
fn backing(device: &Path, number: u64) -> Option<(Place, Range<u64>)> {
    let Some(below) = loop_device::below(device, number) else {
        return backing_file(device);
    };
    let place = below.device.map_or(Place::File(below.file_system, below.inode), Place::Device);
    Some((place, below.window))
}

/// The same by the name of the file, for those who may not open the device.
fn backing_file(device: &Path) -> Option<(Place, Range<u64>)> {
    let name = fs::read(device.join("loop/backing_file")).ok()?;
    let name = name.strip_suffix(b"\n").unwrap_or(&name);
    let file = stat(name).ok()?;
    let offset = value(device, "loop/offset").unwrap_or(0);
    let end = match value(device, "loop/sizelimit") {
        Ok(size @ 1..) => offset.saturating_add(size),
        _ => u64::MAX,
    };
    Some((place(&file), offset..end))
}

/// The devices that a device is made of, in whatever way.
fn slaves(device: &Path) -> impl Iterator<Item = Part> {
    let slaves = fs::read_dir(device.join("slaves")).into_iter().flatten().flatten();
    let numbers = slaves.filter_map(|slave| device_number(&slave.path()).ok());
    numbers.map(|number| {
        let place = Place::Device(number);
        Part { place, range: 0..u64::MAX, is_exact: false }
    })
}

/// The number of a device, from its folder in `/sys`.
fn device_number(device: &Path) -> io::Result<u64> {
    let text = fs::read_to_string(device.join("dev"))?;
    let numbers = text.trim_end().split_once(':');
    let numbers =
        numbers.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let (major, minor) = numbers.ok_or(io::ErrorKind::InvalidData)?;
    Ok(rustix::fs::makedev(major, minor))
}

fn value(device: &Path, name: &str) -> io::Result<u64> {
    let path: PathBuf = device.join(name);
    fs::read_to_string(path)?.trim_end().parse().map_err(io::Error::other)
}

/// The fields have other types elsewhere.
fn number<T: TryInto<u64>>(value: T) -> u64 {
    value.try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A system with these devices: number, and what it is made of.
    fn system(devices: &[(u32, &[u32])]) -> tempfile::TempDir {
        let system = tempfile::tempdir().expect("a folder");
        let folder = |number| system.path().join(format!("8:{number}"));
        for (number, slaves) in devices {
            fs::create_dir_all(folder(*number).join("slaves")).expect("a folder");
            fs::write(folder(*number).join("dev"), format!("8:{number}\n")).expect("a file");
            for slave in *slaves {
                let link = folder(*number).join("slaves").join(slave.to_string());
                symlink(folder(*slave), link).expect("a link");
            }
        }
        system
    }

    fn device(number: u32) -> Place {
        Place::Device(rustix::fs::makedev(8, number))
    }

    #[test]
    fn a_device_overlaps_all_that_it_is_made_of_and_no_sister() {
        // Two volumes, 10 and 11, of a group on two disks; 20 is encrypted and on 11.
        let devices: [(u32, &[u32]); 5] =
            [(1, &[]), (2, &[]), (10, &[1, 2]), (11, &[1, 2]), (20, &[11])];
        let system = system(&devices);
        let overlap = |a, b| overlap_in(system.path(), device(a), device(b));
        for (a, b) in [(10, 1), (10, 2), (11, 1), (20, 11), (20, 1), (20, 2)] {
            assert!(overlap(a, b) && overlap(b, a), "{a}, {b}");
        }
        for (a, b) in [(1, 2), (10, 11), (20, 10), (20, 3)] {
            assert!(!overlap(a, b) && !overlap(b, a), "{a}, {b}");
        }
    }

    #[test]
    fn a_circle_comes_to_an_end() {
        let system = system(&[(1, &[2]), (2, &[1]), (3, &[])]);
        assert!(overlap_in(system.path(), device(1), device(2)));
        assert!(!overlap_in(system.path(), device(1), device(3)));
    }

    #[test]
    fn a_file_overlaps_the_devices_below_its_file_system_only_if_it_is_read() {
        let system = system(&[(1, &[]), (10, &[1])]);
        let Place::Device(number) = device(10) else { unreachable!() };
        let file = Place::File(number, 5);
        for number in [1, 10] {
            assert!(overlap_in(system.path(), file, device(number)));
            assert!(!overlap_in(system.path(), device(number), file));
        }
    }
}
