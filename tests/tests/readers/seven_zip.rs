//! 7-Zip, whose reader of qcow2 is its author's own.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::limits::{empty, qemu_makes_it_no_better};
use crate::stage::{Image, odd, reads_every_geometry, reads_the_corpus_but, started};
use qcow2_stream_tests::corpus::Input;

/// 7-Zip with arguments. In Debian 12 its name is `7zz`, from Debian 13 on `7z`.
fn seven_zip(args: &[&str], image: &Path) -> Command {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::env::split_paths(&paths).any(|folder| folder.join("7zz").is_file());
    let mut command = Command::new(if installed { "7zz" } else { "7z" });
    command.args(args).arg("-tqcow").arg(image).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

fn read(image: &Image<'_>) -> Result<(), String> {
    image.check_size(size(image)?)?;
    let mut command = seven_zip(&["x", "-so"], &image.path);
    let mut child = started(command.stdout(Stdio::piped()).spawn(), "7zip");
    let mut stream = child.stdout.take().expect("a pipe of ours");
    // It extracts from the front only, so that of a large disk the rest isn't waited for.
    let front = image.front();
    let compared = image.compare([front.clone()], |_, buf| stream.read_exact(buf));
    let whole = compared.is_ok() && image.check_size(front.end).is_ok();
    if !whole {
        child.kill().expect("7-Zip is a child");
    }
    let status = child.wait().expect("7-Zip is a child");
    compared?;
    if whole && !status.success() { Err(status.to_string()) } else { Ok(()) }
}

/// The size of the disk, from the listing of a single file.
fn size(image: &Image<'_>) -> Result<u64, String> {
    let listing = started(seven_zip(&["l", "-slt"], &image.path).output(), "7zip");
    let text = String::from_utf8_lossy(&listing.stdout);
    let mut sizes = text.lines().filter_map(|line| line.strip_prefix("Size = "));
    sizes.next().and_then(|size| size.parse().ok()).ok_or_else(|| format!("no size in: {text}"))
}

#[test]
fn seven_zip_reads_the_corpus_but_empty_disks_and_data_files() {
    reads_the_corpus_but(|vector| empty(vector) || vector.data_file.is_some(), read);
}

#[test]
fn seven_zip_reads_every_cluster_size_and_refcount_width() {
    reads_every_geometry(read);
}

#[test]
fn seven_zip_reads_no_empty_disk_and_no_data_file_of_qemu_either() {
    qemu_makes_it_no_better(&Input::new(0, vec![]), &[], read);
    qemu_makes_it_no_better(&odd(), &["-o", "data_file=data"], read);
}
