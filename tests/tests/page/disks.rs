//! The disks.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use qcow2_stream_tests::corpus::{Fill, Input, Write as Stretch};
use tempfile::TempDir;

/// How much random data there is; it comes again and again, with other numbers in it.
const BLOCK: u64 = 4 << 20;

/// At each of these steps of a block there is a number, so that no two clusters are alike.
const STEP: usize = 4096;

/// A disk in a folder of its own, which goes with it.
pub(crate) struct Disk {
    _folder: TempDir,
    path: PathBuf,
}

impl Disk {
    /// What a test writes itself.
    pub(crate) fn new(name: &str, write: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(format!("{name}.raw"));
        write(&path);
        Self { _folder: folder, path }
    }

    /// A disk of the corpus's kind.
    pub(crate) fn of(name: &str, input: &Input) -> Self {
        Self::new(name, |path| input.write_file(path).expect("the disk is written"))
    }

    /// Data in a few places, with an end within a cluster.
    pub(crate) fn small(name: &str) -> Self {
        let stretch = |offset, length, seed| Stretch::new(offset, length, Fill::Xorshift64(seed));
        let writes =
            vec![stretch(0, 5000, 1), stretch(300_000, 70_000, 2), stretch(2_999_000, 512, 3)];
        Self::of(name, &Input::new(3_000_320, writes))
    }

    /// Random data all over.
    pub(crate) fn dense(name: &str, size: u64) -> Self {
        Self::new(name, |path| {
            let mut file = File::create(path).expect("a file");
            let mut data = Data::new();
            (0..size / BLOCK).for_each(|_| data.write_to(&mut file));
        })
    }

    /// Zeros, none of which are written.
    pub(crate) fn empty(name: &str, size: u64) -> Self {
        Self::of(name, &Input::new(size, vec![]))
    }

    /// 64 KiB of data in every other 64 KiB, so that no two clusters of data are neighbours.
    pub(crate) fn fragmented(name: &str, size: u64) -> Self {
        Self::new(name, |path| {
            let file = File::create(path).expect("a file");
            file.set_len(size).expect("the disk has a size");
            let mut data = Data::new();
            for at in (0..size).step_by(128 << 10) {
                file.write_all_at(data.next(64 << 10), at).expect("the disk takes data");
            }
        })
    }

    /// A file system with files, half of it in use.
    pub(crate) fn ext4(name: &str, size: u64) -> Self {
        let files = tempfile::tempdir().expect("a folder");
        let mut data = Data::new();
        for nth in 0..size / 2 / (15 * BLOCK) {
            let mut file = File::create(files.path().join(nth.to_string())).expect("a file");
            (0..15).for_each(|_| data.write_to(&mut file));
        }
        Self::new(name, |path| make_ext4(path, files.path(), size))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name that the page gives its image.
    pub(crate) fn image(&self) -> String {
        let stem = self.path.file_stem().expect("a disk has a name");
        format!("{}.qcow2", stem.to_string_lossy())
    }
}

fn make_ext4(path: &Path, files: &Path, size: u64) {
    let mut command = Command::new("mke2fs");
    command
        .args(["-q", "-F", "-t", "ext4", "-d"])
        .arg(files)
        .arg(path)
        .arg(format!("{}K", size >> 10));
    // Debian keeps it where only root looks.
    let paths = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{paths}:/usr/sbin:/sbin"));
    let made = command.output().expect("mke2fs is missing: apt-get install e2fsprogs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(fs::metadata(path).expect("the disk is there").len(), size);
}

/// Random data, quicker than the system makes it.
struct Data {
    block: Vec<u8>,
    number: u64,
}

impl Data {
    fn new() -> Self {
        let input = Input::new(BLOCK, vec![Stretch::new(0, BLOCK, Fill::Xorshift64(7))]);
        Self { block: input.to_vec(), number: 0 }
    }

    /// That many bytes, no more than a block.
    fn next(&mut self, length: usize) -> &[u8] {
        let data = &mut self.block[..length];
        for part in data.chunks_mut(STEP) {
            self.number += 1;
            part[..8].copy_from_slice(&self.number.to_le_bytes());
        }
        data
    }

    fn write_to(&mut self, file: &mut File) {
        file.write_all(self.next(BLOCK as usize)).expect("the disk takes data");
    }
}
