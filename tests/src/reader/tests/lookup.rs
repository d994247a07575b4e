//! Single entries.

use std::io::Cursor;

use super::handmade::{CLUSTER, external, plain, put64};
use super::widths::with_width;
use crate::reader::Image;

fn open(bytes: Vec<u8>) -> Image<Cursor<Vec<u8>>> {
    Image::open(Cursor::new(bytes)).expect("the header is good")
}

#[test]
fn each_byte_of_the_guest_is_where_its_cluster_is() {
    let mut image = open(plain());
    for guest in 0..2048 {
        let expected = [Some(5 * 512), None, Some(6 * 512), None][guest as usize / 512];
        assert_eq!(image.host_of(guest), Ok(expected), "{guest}");
    }
    let error = image.host_of(2048).expect_err("beyond the disk").to_string();
    assert_eq!(error, "guest: byte 2048 is beyond 2048");
    assert_eq!(open(external()).host_of(511), Ok(Some(0)), "its own offset in the data file");
}

#[test]
fn a_guest_without_an_l2_table_is_nowhere() {
    let mut bytes = plain();
    put64(&mut bytes, 3 * CLUSTER, 0);
    assert_eq!(open(bytes).host_of(0), Ok(None));
}

#[test]
fn entries_are_checked() {
    let mut bytes = plain();
    put64(&mut bytes, 4 * CLUSTER, 5 * 512);
    let error = open(bytes).host_of(0).expect_err("no bit").to_string();
    assert!(error.contains("lacks the COPIED bit"), "{error}");
    let mut bytes = plain();
    put64(&mut bytes, CLUSTER, 0);
    let mut image = open(bytes);
    let error = image.refcount_of(0).expect_err("no block").to_string();
    assert!(error.contains("entry 0 has no block"), "{error}");
    assert_eq!(image.refcount_of(7 * 512), Ok(0), "no block, no count");
    let error = image.refcount_of(64 * 256 * 512).expect_err("no entry").to_string();
    assert_eq!(error, "refcount table: 64 entries, not 64");
}

#[test]
fn counts_of_every_width_are_found() {
    for order in 0..=6 {
        let mut bytes = with_width(order);
        let mut image = open(bytes.clone());
        for host in 0..7 * 512 {
            assert_eq!(image.refcount_of(host), Ok(1), "order {order}, byte {host}");
        }
        assert_eq!(image.refcount_of(7 * 512), Ok(0), "order {order}: beyond the file");
        // The count of cluster 5 alone becomes 0.
        let (at, bit) =
            if order < 3 { ((5 << order) / 8, (5 << order) % 8) } else { (5 << (order - 3), 0) };
        let last = at + (1_usize << order).div_ceil(8) - 1;
        bytes[2 * CLUSTER + last] ^= 1 << bit;
        let counts: Vec<_> =
            (0..7).map(|cluster| open(bytes.clone()).refcount_of(cluster * 512)).collect();
        let expected: Vec<_> = (0..7).map(|cluster| Ok(u64::from(cluster != 5))).collect();
        assert_eq!(counts, expected, "order {order}");
    }
}
