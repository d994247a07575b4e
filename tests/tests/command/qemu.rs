//! What QEMU and the independent reader say of the images.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{Workplace, finish, judge, spawn, sweep};
use qcow2_stream_tests::corpus::{Fill, Input, Vector, Write};
use qcow2_stream_tests::reader::Summary;

use crate::FRONT_END;

#[test]
fn every_image_of_the_corpus_is_good() {
    assert_eq!(sweep(FRONT_END, is_good), 213);
}

fn is_good(place: &Workplace, vector: &Vector) {
    let summary = convert_and_judge(place, &vector.args());
    assert_eq!(summary.cluster_size, vector.cluster_size, "{}", vector.label());
    assert_eq!(summary.refcount_bits, vector.refcount_bits, "{}", vector.label());
    assert_eq!(summary.data_file, vector.data_file.is_some(), "{}", vector.label());
}

#[test]
fn a_file_system_survives_with_any_options() {
    let place = Workplace::new(FRONT_END);
    make_file_system(&place);
    for options in [&[][..], &["-c", "4K", "-r", "1"], &["-c", "512", "-r", "64"], &["-c", "2M"]] {
        let summary = convert_and_judge(&place, &[options, &["disk.raw"]].concat());
        assert!(summary.allocated_clusters > 0, "{options:?}: the file system is empty");
    }
}

#[test]
fn a_file_system_survives_beside_its_metadata() {
    let place = Workplace::new(FRONT_END);
    make_file_system(&place);
    for (option, raw) in [("-d", false), ("-R", true)] {
        let summary = convert_and_judge(&place, &[option, "disk.raw"]);
        assert_eq!((summary.data_file, summary.data_file_raw), (true, raw), "{option}");
        assert_eq!(summary.data_file_name.as_deref(), Some(&b"disk.raw"[..]), "{option}");
    }
}

#[test]
fn odd_sizes_are_whole_sectors_to_the_guest() {
    for size in [1, 511, 513, 65_535, 65_537, (2 << 20) + 1] {
        let disk = Input::new(size, vec![Write::new(size - 1, 1, Fill::Byte(1))]);
        let place = Workplace::with_disk(FRONT_END, &disk);
        let summary = convert_and_judge(&place, &["disk.raw"]);
        assert_eq!(summary.virtual_size, size.next_multiple_of(512));
    }
}

fn convert_and_judge(place: &Workplace, args: &[impl AsRef<OsStr>]) -> Summary {
    let mut command = place.command(args);
    let (image, what) = (place.path("image"), format!("{command:?}"));
    command.stdout(File::create(&image).expect("a file is made")).stderr(Stdio::piped());
    finish(spawn(command)).image();
    judge(&what, &image, &place.disk())
}

/// Makes an ext4 disk with this workspace's own sources in it.
fn make_file_system(place: &Workplace) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = place.path("tree");
    for folder in ["core/src", "tests", "wasi-cli/src"] {
        copy(&workspace.join(folder), &tree.join(folder));
    }
    let mut command = Command::new("mke2fs");
    // Debian keeps it where not everyone's PATH goes.
    command.env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin");
    command.args(["-q", "-t", "ext4", "-d"]).arg(tree).arg(place.disk()).arg("64M");
    match command.status() {
        Ok(status) => assert!(status.success(), "{command:?}: {status}"),
        Err(error) => panic!("mke2fs: {error}; apt-get install e2fsprogs"),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder is made");
    for entry in fs::read_dir(from).expect("the folder can be listed") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("an entry has a type");
        if kind.is_dir() {
            copy(&from, &to);
        } else if kind.is_file() {
            fs::copy(&from, &to).expect("the file is copied");
        }
    }
}
