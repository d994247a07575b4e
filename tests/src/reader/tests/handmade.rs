//! Images put together byte by byte from the specification.

use crate::reader::{FeatureKind, Image};
use std::io::Cursor;

use super::verify;

/// The size of a cluster in the images here.
pub(super) const CLUSTER: usize = 512;
/// An L1 or L2 entry's bit 63.
pub(super) const COPIED: u64 = 1 << 63;

/// Puts big-endian numbers of four bytes at `at`.
fn put32(image: &mut [u8], at: usize, number: u32) {
    image[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

/// Puts a big-endian number of eight bytes at `at`.
pub(super) fn put64(image: &mut [u8], at: usize, number: u64) {
    image[at..at + 8].copy_from_slice(&number.to_be_bytes());
}

/// `clusters` clusters with a header for a disk of `size` bytes, the refcount
/// table in cluster 1, its block in 2, and the L1 table in 3.
fn start(clusters: usize, size: u64, header_length: usize) -> Vec<u8> {
    let mut image = vec![0; clusters * CLUSTER];
    image[..4].copy_from_slice(b"QFI\xfb");
    put32(&mut image, 4, 3);
    put32(&mut image, 20, 9);
    put64(&mut image, 24, size);
    put32(&mut image, 36, size.div_ceil(64 * 512) as u32);
    put64(&mut image, 40, 3 * 512);
    put64(&mut image, 48, 512);
    put32(&mut image, 56, 1);
    put32(&mut image, 96, 4);
    put32(&mut image, 100, header_length as u32);
    put64(&mut image, 512, 2 * 512);
    for cluster in 0..clusters {
        image[2 * CLUSTER + cluster * 2 + 1] = 1;
    }
    image
}

/// Puts an extension at `at` and returns the end of its padding.
fn extension(image: &mut [u8], at: usize, kind: u32, data: &[u8]) -> usize {
    put32(image, at, kind);
    put32(image, at + 4, data.len() as u32);
    image[at + 8..at + 8 + data.len()].copy_from_slice(data);
    (at + 8 + data.len()).next_multiple_of(8)
}

fn feature(kind: u8, bit: u8, name: &str) -> [u8; 48] {
    let mut entry = [0; 48];
    (entry[0], entry[1]) = (kind, bit);
    entry[2..2 + name.len()].copy_from_slice(name.as_bytes());
    entry
}

/// A disk of four clusters of which the first and the third have data, in
/// clusters 5 and 6; the L2 table is in 4. The feature names start at 104.
pub(super) fn plain() -> Vec<u8> {
    let mut image = start(7, 2048, 104);
    let names = [feature(0, 2, "external data file"), feature(2, 1, "raw data")];
    extension(&mut image, 104, 0x6803_f857, &names.concat());
    put64(&mut image, 3 * CLUSTER, COPIED | (4 * 512));
    put64(&mut image, 4 * CLUSTER, COPIED | (5 * 512));
    put64(&mut image, 4 * CLUSTER + 16, COPIED | (6 * 512));
    image[5 * CLUSTER..6 * CLUSTER].fill(0xaa);
    image[6 * CLUSTER..].fill(0xbb);
    image
}

/// A disk of two clusters, the first of which is in the data file `disk`.
pub(super) fn external() -> Vec<u8> {
    let mut image = start(5, 1024, 112);
    put64(&mut image, 72, 1 << 2);
    extension(&mut image, 112, 0x4441_5441, b"disk");
    put64(&mut image, 3 * CLUSTER, COPIED | (4 * 512));
    put64(&mut image, 4 * CLUSTER, COPIED);
    image
}

/// Like [`external`], but with both clusters mapped and the raw bit.
pub(super) fn raw_external() -> Vec<u8> {
    let mut image = external();
    put64(&mut image, 88, 1 << 1);
    put64(&mut image, 4 * CLUSTER + 8, COPIED | 512);
    image
}

/// Like [`plain`], but for zeros the backing file `base` in the format `raw`.
pub(super) fn backed() -> Vec<u8> {
    let mut image = plain();
    image[104..CLUSTER].fill(0);
    extension(&mut image, 104, 0xe279_2aca, b"raw");
    put64(&mut image, 8, 200);
    put32(&mut image, 16, 4);
    image[200..204].copy_from_slice(b"base");
    image
}

#[test]
fn plain_image_is_taken() {
    let summary = verify(&plain()).expect("the image is good");
    assert_eq!((summary.virtual_size, summary.cluster_size), (2048, 512));
    assert_eq!((summary.refcount_bits, summary.refcount_blocks), (16, 1));
    assert_eq!((summary.allocated_clusters, summary.l2_tables), (2, 1));
    assert_eq!((summary.data_file, summary.backing_file), (false, None));
    let names = &summary.feature_names;
    assert_eq!((names[0].kind, names[0].bit), (FeatureKind::Incompatible, 2));
    assert_eq!((names[1].kind, names[1].bit), (FeatureKind::Autoclear, 1));
    assert_eq!((&names[0].name[..], names.len()), (&b"external data file"[..], 2));
}

#[test]
fn data_file_is_named() {
    let summary = verify(&external()).expect("the image is good");
    assert_eq!(summary.data_file_name.as_deref(), Some(&b"disk"[..]));
    assert_eq!((summary.data_file, summary.data_file_raw), (true, false));
    assert_eq!(summary.allocated_clusters, 1);
    let summary = verify(&raw_external()).expect("the image is good");
    assert_eq!((summary.data_file_raw, summary.allocated_clusters), (true, 2));
}

#[test]
fn backing_file_is_named() {
    let summary = verify(&backed()).expect("the image is good");
    assert_eq!(summary.backing_file.as_deref(), Some(&b"base"[..]));
    let image = Image::open(Cursor::new(backed())).expect("the image is good");
    assert_eq!(image.extensions().backing_format.as_deref(), Some(&b"raw"[..]));
}

#[test]
fn disk_without_bytes_is_taken() {
    let mut image = start(3, 0, 104);
    put64(&mut image, 40, 0);
    let summary = verify(&image).expect("the image is good");
    assert_eq!((summary.virtual_size, summary.l2_tables), (0, 0));
}

#[test]
fn order_is_a_check_of_its_own() {
    let mut image = plain();
    put64(&mut image, 4 * CLUSTER, COPIED | (6 * 512));
    put64(&mut image, 4 * CLUSTER + 16, COPIED | (5 * 512));
    let mut image = Image::open(Cursor::new(image)).expect("the header is good");
    image.check().expect("no rule asks for an order");
    let error = image.check_streaming_order().expect_err("the data are out of order");
    assert_eq!(error.to_string(), "order: the data of guest 0 is at cluster 6, but 5 is next");
}
