//! Each mutation of a good image is caught, and named for what it is.

use super::handmade::{CLUSTER, external, plain, put64};
use super::mutations::TABLES;
use super::verify;

#[test]
fn every_mutation_is_caught() {
    let mut wrong = Vec::new();
    for (image, mutations) in TABLES {
        for (name, at, bytes, expected) in mutations {
            let mut image = image();
            image[*at..at + bytes.len()].copy_from_slice(bytes);
            match verify(&image) {
                Ok(_) => wrong.push(format!("{name} at {at}: taken")),
                Err(error) if error.to_string().contains(expected) => {}
                Err(error) => wrong.push(format!("{name} at {at}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_change_of_metadata_is_caught() {
    let names = 114..208;
    for at in (0..5 * CLUSTER).filter(|at| !names.contains(at)) {
        for bit in 0..8 {
            let mut image = plain();
            image[at] ^= 1 << bit;
            // A size that still needs four clusters' worth of tables is as good.
            if !(30..32).contains(&at) {
                assert!(verify(&image).is_err() || harmless(at), "bit {bit} of byte {at}");
            }
        }
    }
}

/// Whether a change only says the same of another feature's bit.
fn harmless(at: usize) -> bool {
    at == 112 || at == 113
}

#[test]
fn wrong_lengths_are_caught() {
    let cases = [
        (0, "cannot read 112 bytes of the header"),
        (111, "cannot read 112 bytes of the header"),
        (3583, "length 3583 is no multiple of the cluster size 512"),
        (3072, "offset 3072 is beyond the file's 3072 bytes"),
        (4096, "cluster 7 is used by nothing (after the data of guest 1024)"),
    ];
    for (length, expected) in cases {
        let mut image = plain();
        image.resize(length, 0);
        let error = verify(&image).expect_err("the length is wrong").to_string();
        assert!(error.contains(expected), "{length}: {error}");
    }
}

#[test]
fn cluster_that_only_refcounts_know_is_caught() {
    let mut image = plain();
    image.resize(8 * CLUSTER, 0);
    image[2 * CLUSTER + 15] = 1;
    let error = verify(&image).expect_err("a cluster leaks");
    assert!(error.to_string().contains("cluster 7 is used by nothing"), "{error}");
}

#[test]
fn refcount_table_too_small_is_caught() {
    // One table of 64 entries, 256 counts each, is enough for 16384 clusters.
    let mut image = plain();
    image.resize(16_385 * CLUSTER, 0);
    for entry in 0..64 {
        put64(&mut image, CLUSTER + entry * 8, 2 * 512);
    }
    let error = verify(&image).expect_err("the table is too small");
    assert_eq!(error.to_string(), "refcount table: 64 entries, but the file needs 65");
}

#[test]
fn extensions_without_an_end_are_caught() {
    let mut image = external();
    image[116..120].copy_from_slice(&392_u32.to_be_bytes());
    image[120..CLUSTER].fill(b'x');
    let error = verify(&image).expect_err("the first cluster is full");
    let expected = "extension at 512: no end marker within the first cluster";
    assert_eq!(error.to_string(), expected);
}
