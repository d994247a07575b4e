//! Refcounts of every width, and faults in each.

use super::handmade::{CLUSTER, plain};
use super::verify;

/// The block of [`plain`] with seven ones of this width, by hand.
fn block(order: u8) -> Vec<u8> {
    let mut block = match order {
        0 => vec![0b0111_1111],
        1 => vec![0b0101_0101, 0b0001_0101],
        2 => vec![0x11, 0x11, 0x11, 0x01],
        3 => vec![1; 7],
        4 => [0, 1].repeat(7),
        5 => [0, 0, 0, 1].repeat(7),
        _ => [0, 0, 0, 0, 0, 0, 0, 1].repeat(7),
    };
    block.resize(CLUSTER, 0);
    block
}

pub(super) fn with_width(order: u8) -> Vec<u8> {
    let mut image = plain();
    image[99] = order;
    image[2 * CLUSTER..3 * CLUSTER].copy_from_slice(&block(order));
    image
}

#[test]
fn every_width_is_read() {
    for order in 0..=6 {
        let summary = verify(&with_width(order)).expect("the image is good");
        assert_eq!(summary.refcount_bits, 1 << order);
    }
}

#[test]
fn every_bit_of_the_block_matters() {
    for order in 0..=6 {
        for bit in 0..CLUSTER * 8 {
            let mut image = with_width(order);
            image[2 * CLUSTER + bit / 8] ^= 1 << (bit % 8);
            let error = verify(&image).expect_err("a refcount is wrong").to_string();
            // A byte's bits go to narrow counts from the least significant on.
            let entry = if order < 3 { bit >> order } else { (bit / 8 * 8) >> order };
            let expected = format!("refcount of cluster {entry} is ");
            assert!(error.starts_with(&expected), "order {order}, bit {bit}: {error}");
        }
    }
}
