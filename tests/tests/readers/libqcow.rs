//! libqcow, a forensic library, by its Python module.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::limits::{empty, qemu_makes_it_no_better};
use crate::stage::{Image, odd, reads_every_geometry, reads_the_corpus_but, started};
use qcow2_stream_tests::corpus::Input;

/// Debian's own, for which Debian's module is.
const PYTHON: &str = "/usr/bin/python3";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers/libqcow.py");

fn read(image: &Image<'_>) -> Result<(), String> {
    let mut command = Command::new(PYTHON);
    command.arg(SCRIPT).arg(&image.path);
    let ranges = image.ranges();
    command.args(ranges.iter().flat_map(|range| [range.start, range.end]).map(|n| n.to_string()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = started(command.spawn(), "python3-libqcow");
    let mut stream = child.stdout.take().expect("a pipe of ours");
    let mut size = [0; 8];
    let result = stream.read_exact(&mut size).map_err(|error| error.to_string());
    let result = result
        .and_then(|()| image.check_size(u64::from_be_bytes(size)))
        .and_then(|()| image.compare(ranges, |_, buf| stream.read_exact(buf)));
    // It must not wait for a reader any more.
    drop(stream);
    let end = child.wait_with_output().expect("Python is a child");
    let said = String::from_utf8_lossy(&end.stderr);
    assert!(!said.contains("ModuleNotFoundError"), "{said}: apt-get install python3-libqcow");
    result.map_err(|error| format!("{error}: {said}"))?;
    if end.status.success() { Ok(()) } else { Err(said.into_owned()) }
}

#[test]
fn libqcow_reads_the_corpus_but_empty_disks_and_data_files() {
    reads_the_corpus_but(|vector| empty(vector) || vector.data_file.is_some(), read);
}

#[test]
fn libqcow_reads_every_cluster_size_and_refcount_width() {
    reads_every_geometry(read);
}

#[test]
fn libqcow_reads_no_empty_disk_and_no_data_file_of_qemu_either() {
    qemu_makes_it_no_better(&Input::new(0, vec![]), &[], read);
    qemu_makes_it_no_better(&odd(), &["-o", "data_file=data"], read);
}
