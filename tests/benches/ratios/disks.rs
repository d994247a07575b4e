//! The disks: the same bytes each time, made when first needed.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::scratch::Xfs;
use crate::tools::needs;

const GIB: u64 = 1 << 30;

/// What is converted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Disk {
    Empty,
    Random,
    OnXfs,
    HalfFull,
    HalfFullQcow2,
    Sparse,
    Zeros,
}

impl Disk {
    /// The most GiB that it takes while it is made and used, with images of it.
    pub(crate) const fn room(self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Sparse => 1,
            Self::Random => 3,
            Self::OnXfs => 4,
            Self::HalfFull | Self::Zeros => 5,
            Self::HalfFullQcow2 => 7,
        }
    }

    /// What `-f` says of it.
    pub(crate) const fn format(self) -> &'static str {
        if matches!(self, Self::HalfFullQcow2) { "qcow2" } else { "raw" }
    }
}

/// The disk that there is just now. It goes when another is made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    disk: Option<(Disk, PathBuf)>,
    xfs: Option<Xfs>,
}

impl Made {
    /// Where the disk is, which is made if need be.
    ///
    /// # Errors
    /// Why it can't be had here.
    pub(crate) fn get(&mut self, disk: Disk, folder: &Path) -> Result<PathBuf> {
        if let Some((_, path)) = self.disk.iter().find(|(made, _)| *made == disk) {
            return Ok(path.clone());
        }
        self.remove()?;
        let folder = if disk == Disk::OnXfs {
            self.xfs.insert(Xfs::mount(folder)?).folder().into()
        } else {
            folder.join("disks")
        };
        fs::create_dir_all(&folder)?;
        let path = folder.join("disk");
        self.disk = Some((disk, path.clone()));
        eprintln!("making the disk {disk:?}");
        if let Err(error) = make(disk, &path) {
            self.remove()?;
            return Err(error.context(format!("the disk {disk:?}")));
        }
        Ok(path)
    }

    fn remove(&mut self) -> Result<()> {
        let Some((_, path)) = self.disk.take() else { return Ok(()) };
        match self.xfs.take() {
            Some(mounted) => drop(mounted),
            None => fs::remove_dir_all(path.parent().expect("a disk lies in a folder"))?,
        }
        Ok(())
    }
}

fn make(disk: Disk, path: &Path) -> Result<()> {
    match disk {
        Disk::Empty => Ok(File::create(path)?.set_len(1 << 40)?),
        Disk::Random | Disk::OnXfs => Ok(random(path, GIB, &mut Xorshift(1))?),
        Disk::HalfFull => half_full(path),
        Disk::HalfFullQcow2 => half_full_qcow2(path),
        Disk::Sparse => Ok(sparse(path)?),
        Disk::Zeros => {
            let mut zeros = io::repeat(0).take(4 * GIB);
            io::copy(&mut zeros, &mut File::create(path)?)?;
            Ok(())
        }
    }
}

fn random(path: &Path, length: u64, numbers: &mut Xorshift) -> io::Result<()> {
    copy(numbers, length, &mut File::create(path)?)
}

/// Large writes, and yet little memory: what this process has counts in the peak of those that it starts.
fn copy(numbers: &mut Xorshift, length: u64, file: &mut File) -> io::Result<()> {
    let mut file = io::BufWriter::with_capacity(256 << 10, file);
    io::copy(&mut numbers.take(length), &mut file)?;
    file.flush()
}

fn sparse(path: &Path) -> io::Result<()> {
    let (mut file, mut numbers) = (File::create(path)?, Xorshift(2));
    file.set_len(64 * GIB)?;
    for place in 0..64 {
        file.seek(SeekFrom::Start(place * GIB))?;
        copy(&mut numbers, 8 << 20, &mut file)?;
    }
    Ok(())
}

/// Files of all sizes in folders, as a system has them.
fn half_full(path: &Path) -> Result<()> {
    needs("mke2fs", "e2fsprogs").map_err(anyhow::Error::msg)?;
    let root = path.with_file_name("root");
    let (mut numbers, mut left) = (Xorshift(3), 2 * GIB);
    for number in 0.. {
        let length = [1_000, 6_000, 30_000, 200_000, 1_000_000, 6_000_000][number % 6].min(left);
        let folder = root.join((number / 100).to_string());
        fs::create_dir_all(&folder)?;
        random(&folder.join(number.to_string()), length, &mut numbers)?;
        left -= length;
        if left == 0 {
            break;
        }
    }
    let mut mke2fs = Command::new("mke2fs");
    mke2fs.args(["-q", "-t", "ext4", "-U", UUID, "-E"]).arg(format!("hash_seed={UUID}"));
    finish(mke2fs.arg("-d").arg(&root).arg(path).arg("4G"))?;
    Ok(fs::remove_dir_all(root)?)
}

/// Any, but always the same.
const UUID: &str = "6f1d2c3b-4a59-4867-9584-a3b2c1d0e0f1";

fn half_full_qcow2(path: &Path) -> Result<()> {
    needs("qemu-img", "qemu-utils").map_err(anyhow::Error::msg)?;
    let raw = path.with_file_name("raw");
    half_full(&raw)?;
    let args = ["convert", "-W", "-m", "16", "-f", "raw", "-O", "qcow2"];
    finish(Command::new("qemu-img").args(args).arg(&raw).arg(path))?;
    Ok(fs::remove_file(raw)?)
}

/// Runs a program that has nothing to say unless it fails.
pub(crate) fn finish(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}: {}", output.status, said.trim());
    Ok(())
}

/// Marsaglia's generator: random enough, and quick.
struct Xorshift(u64);

impl Read for Xorshift {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for word in buffer.chunks_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            word.copy_from_slice(&self.0.to_le_bytes()[..word.len()]);
        }
        Ok(buffer.len())
    }
}
