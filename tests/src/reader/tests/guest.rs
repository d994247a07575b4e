//! Reading the disk through the image.

use std::io::Cursor;

use super::handmade::{backed, external, plain, raw_external};
use crate::digest::sha256_hex;
use crate::reader::Image;

fn open(bytes: Vec<u8>) -> Image<Cursor<Vec<u8>>> {
    Image::open(Cursor::new(bytes)).expect("the header is good")
}

/// What the guest sees of [`plain`].
pub(super) fn disk() -> Vec<u8> {
    [[0xaa; 512], [0; 512], [0xbb; 512], [0; 512]].concat()
}

#[test]
fn data_and_holes_are_read() {
    let mut image = open(plain());
    for length in [1, 511, 512, 513, 1025, 2048] {
        let mut buf = vec![0xcc; length];
        for at in 0..=2048 - length {
            image.read_guest(at as u64, &mut buf).expect("the range is good");
            assert_eq!(buf, disk()[at..at + length], "{length} bytes at {at}");
        }
    }
    assert_eq!(image.guest_digest().expect("the image is good"), sha256_hex(&disk()));
}

#[test]
fn ranges_are_merged_and_end_with_the_disk() {
    assert_eq!(open(plain()).allocated_ranges().expect("good"), [0..512, 1024..1536]);
    assert_eq!(open(raw_external()).allocated_ranges().expect("good"), vec![0..1024]);
}

#[test]
fn reads_beyond_the_disk_are_refused() {
    for (offset, length) in [(2048, 1), (2047, 2), (u64::MAX, 2)] {
        let read = open(plain()).read_guest(offset, &mut vec![0; length]);
        let error = read.expect_err("beyond the disk").to_string();
        assert!(error.contains("are beyond 2048"), "{error}");
    }
}

#[test]
fn data_file_is_read() {
    let open = |data: &[u8]| {
        let (image, data) = (Cursor::new(raw_external()), Cursor::new(data.to_vec()));
        Image::open_with_data(image, data).expect("the header is good")
    };
    let mut buf = [1; 1024];
    open(&[7; 700]).read_guest(0, &mut buf).expect("the range is good");
    assert_eq!(buf, *[vec![7; 700], vec![0; 324]].concat());
}

#[test]
fn missing_parts_are_named() {
    let read = |bytes| open(bytes).read_guest(0, &mut [0; 9]).expect_err("missing").to_string();
    assert_eq!(read(external()), "guest: the data are in another file, which isn't open");
    assert_eq!(read(backed()), "guest: the backing file would have to be read");
    let both = Image::open_with_data(Cursor::new(plain()), Cursor::new(vec![]));
    let error = both.expect_err("the image has its data").to_string();
    assert!(error.contains("has its data inside"), "{error}");
}
