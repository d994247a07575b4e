//! Images that QEMU made, and QEMU's view of the ones made by hand.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use super::handmade;
use crate::qemu;
use crate::reader::{Image, Summary};

const SIZE: &str = "1000448";

/// Makes an image with two writes, the second far from the first.
fn make(path: &Path, options: &str) {
    let create = ["create", "-q", "-f", "qcow2", "-o", options];
    let create = qemu::run(Command::new("qemu-img").args(create).arg(path).arg(SIZE));
    assert!(create.status.success(), "{create:?}");
    let writes = ["-f", "qcow2", "-c", "write -P 1 0 100k", "-c", "write -P 7 900k 70k"];
    let written = qemu::run(Command::new("qemu-io").args(writes).arg(path));
    assert!(written.status.success(), "{written:?}");
}

/// The raw disk that [`make`] writes.
fn disk() -> Vec<u8> {
    let mut disk = vec![0; SIZE.parse().expect("a number")];
    disk[..100 << 10].fill(1);
    disk[900 << 10..970 << 10].fill(7);
    disk
}

fn accept(options: &str) -> Summary {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, raw) = (folder.path().join("image"), folder.path().join("raw"));
    make(&path, options);
    std::fs::write(&raw, disk()).expect("the file is written");
    let mut image = Image::open(File::open(&path).expect("the image")).expect("a good header");
    let summary = image.check().unwrap_or_else(|error| panic!("{options}: {error}"));
    let mut raw = File::open(raw).expect("the raw disk");
    image.compare_with_raw(&mut raw).unwrap_or_else(|error| panic!("{options}: {error}"));
    summary
}

#[test]
fn images_that_qemu_makes_are_taken() {
    for bits in [1, 2, 4, 8, 16, 32, 64] {
        let summary = accept(&format!("cluster_size=4096,refcount_bits={bits}"));
        assert_eq!((summary.cluster_size, summary.refcount_bits), (4096, bits));
    }
    for bits in [9, 12, 16, 21] {
        let summary = accept(&format!("cluster_size={}", 1_u64 << bits));
        assert_eq!(summary.virtual_size.to_string(), SIZE);
        // QEMU leaves the feature names out of a small first cluster.
        let named = summary.feature_names.iter().any(|name| name.name == b"dirty bit");
        assert_eq!(named, bits >= 16, "{:?}", summary.feature_names);
    }
}

#[test]
fn qemu_takes_the_images_made_by_hand() {
    let folder = tempfile::tempdir().expect("a folder");
    // Neither a comma nor a colon in the name may mislead QEMU.
    let (image, raw) = (folder.path().join("a:b,c"), folder.path().join("raw:,d"));
    std::fs::write(&image, handmade::plain()).expect("the file is written");
    std::fs::write(&raw, super::guest::disk()).expect("the file is written");
    let report = qemu::check(&image);
    assert_eq!(report["allocated-clusters"], 2);
    qemu::compare(&raw, &image);
    assert_eq!(qemu::info(&image)["virtual-size"], 2048);
}

#[test]
fn qemu_takes_the_data_files_made_by_hand() {
    for make in [handmade::external, handmade::raw_external] {
        let folder = tempfile::tempdir().expect("a folder");
        let (image, data) = (folder.path().join("image"), folder.path().join("disk"));
        std::fs::write(&image, make()).expect("the file is written");
        std::fs::write(&data, [[5; 512], [0; 512]].concat()).expect("the file is written");
        qemu::check(&image);
        qemu::compare(&data, &image);
        let open = |path| File::open(path).expect("the file is there");
        let mut ours = Image::open_with_data(open(&image), open(&data)).expect("a good header");
        ours.compare_with_raw(&mut open(&data)).expect("the same bytes");
    }
}

#[test]
#[should_panic(expected = "corruptions")]
fn qemu_refuses_a_free_cluster_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("image");
    let mut image = handmade::plain();
    image[1035] = 0;
    std::fs::write(&path, image).expect("the file is written");
    qemu::check(&path);
}

#[test]
fn qemu_measures() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("raw");
    std::fs::write(&path, [1; 512]).expect("the file is written");
    let measure = qemu::measure(&path, "");
    assert_eq!((measure.required, measure.fully_allocated), (6 << 16, 6 << 16));
    assert!(qemu::measure(&path, "cluster_size=512").required < 6 << 16);
}
