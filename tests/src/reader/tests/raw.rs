//! Comparing with a raw disk.

use std::fs::File;
use std::io::{Cursor, Seek, SeekFrom, Write};

use super::guest::disk;
use super::handmade::{external, plain, put64};
use crate::reader::Image;

fn compare(image: Vec<u8>, raw: &[u8]) -> Result<(), String> {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(raw).expect("the file is written");
    compare_file(image, &mut file)
}

fn compare_file(image: Vec<u8>, raw: &mut File) -> Result<(), String> {
    let mut image = Image::open(Cursor::new(image)).map_err(|e| e.to_string())?;
    image.compare_with_raw(raw).map_err(|e| e.to_string())
}

#[test]
fn same_bytes_are_taken() {
    compare(plain(), &disk()).expect("the same");
    compare(plain(), &disk()[..1536]).expect("the rest counts as zeros");
}

#[test]
fn every_other_byte_is_caught() {
    for at in 0..2048 {
        let mut raw = disk();
        raw[at] ^= 0x40;
        let error = compare(plain(), &raw).expect_err("a byte differs");
        assert!(error.starts_with(&format!("compare: guest byte {at} is ")), "{error}");
    }
}

#[test]
fn raw_disk_is_the_data_file() {
    compare(external(), &[[3; 512], [0; 512]].concat()).expect("the second is zero");
    let error = compare(external(), &[3; 513]).expect_err("the second isn't mapped");
    assert!(error.starts_with("compare: guest byte 512 is not mapped"), "{error}");
}

#[test]
fn lengths_are_compared() {
    let error = compare(plain(), &[0; 2049]).expect_err("the raw disk is longer");
    assert_eq!(error, "compare: the raw disk's 2049 bytes exceed 2048");
    let error = compare(plain(), &disk()[..1535]).expect_err("a byte is missing");
    assert_eq!(error, "compare: guest byte 1535 is 0xbb, but 0x0 in the raw disk");
}

/// A disk of 1.5 TiB in clusters of 2 MiB without any data.
fn huge() -> (u64, Vec<u8>) {
    let (size, cluster) = (3 << 39, 2 << 20);
    let mut image = vec![0; 4 * cluster];
    image[..1536].copy_from_slice(&plain()[..1536]);
    image[104..cluster].fill(0);
    image[23] = 21;
    put64(&mut image, 24, size);
    put64(&mut image, 36 - 4, (size / cluster as u64).div_ceil(1 << 18));
    put64(&mut image, 40, 3 * cluster as u64);
    put64(&mut image, 48, cluster as u64);
    put64(&mut image, cluster, 2 * cluster as u64);
    for count in 0..4 {
        image[2 * cluster + 2 * count + 1] = 1;
    }
    (size, image)
}

#[test]
fn huge_holes_are_skipped() {
    let (size, image) = huge();
    super::verify(&image).expect("the image is good");
    let mut raw = tempfile::tempfile().expect("a file");
    raw.set_len(size).expect("the file grows");
    compare_file(image.clone(), &mut raw).expect("both are zeros");
    raw.seek(SeekFrom::Start(size - 1)).expect("a seek");
    raw.write_all(&[0]).expect("a zero is written");
    compare_file(image.clone(), &mut raw).expect("stored zeros are zeros");
    raw.seek(SeekFrom::Start(size - 3)).expect("a seek");
    raw.write_all(&[9]).expect("a byte is written");
    let error = compare_file(image, &mut raw).expect_err("a byte isn't mapped");
    assert!(error.starts_with(&format!("compare: guest byte {} is not mapped", size - 3)));
}

#[test]
fn tail_past_the_disk_is_zero() {
    // One cluster of 1024 bytes maps a disk of 512.
    let mut image = vec![0; 6 * 1024];
    image[..104].copy_from_slice(&plain()[..104]);
    image[23] = 10;
    put64(&mut image, 24, 512);
    put64(&mut image, 40, 3 * 1024);
    put64(&mut image, 48, 1024);
    put64(&mut image, 1024, 2 * 1024);
    (0..6).for_each(|cluster| image[2 * 1024 + cluster * 2 + 1] = 1);
    put64(&mut image, 3 * 1024, 1 << 63 | (4 * 1024));
    put64(&mut image, 4 * 1024, 1 << 63 | (5 * 1024));
    super::verify(&image).expect("the image is good");
    compare(image.clone(), &[]).expect("all zeros");
    image[5 * 1024 + 512] = 1;
    let error = compare(image, &[]).expect_err("the tail isn't zero");
    assert_eq!(error, "compare: the last cluster is not zero past the virtual size");
}
