//! The corpus is what its description says.

use super::fill::{Fill, Write};
use super::{Input, corpus};
use crate::digest::sha256_hex;

fn overlapping() -> Input {
    let writes = vec![
        Write::new(10, 100, Fill::Xorshift64(1)),
        Write::new(20, 30, Fill::Byte(0)),
        Write::new(110, 5, Fill::Byte(7)),
        Write::new(5000, 9000, Fill::Xorshift64(3)),
        Write::new(19_999, 1, Fill::Byte(9)),
    ];
    Input::new(20_000, writes)
}

#[test]
fn every_vector_has_its_input() {
    for vector in &corpus().vectors {
        corpus().input(&vector.input);
        assert_eq!(vector.sha256.len(), 64, "{}", vector.label());
    }
}

#[test]
fn no_write_leaves_its_input() {
    for (name, input) in &corpus().inputs {
        let end = input.writes.iter().map(|write| write.range().end).max();
        assert!(end.unwrap_or(0) <= input.size, "{name}");
    }
}

#[test]
fn generator_gives_its_known_numbers() {
    let input = Input::new(20, vec![Write::new(0, 20, Fill::Xorshift64(1))]);
    let bytes = input.to_vec();
    // The seed itself isn't among them.
    assert_eq!(bytes[..8], 0x4082_2041_u64.to_le_bytes());
    assert_eq!(bytes[8..16], 0x1000_4106_0c01_1441_u64.to_le_bytes());
    assert_eq!(bytes[16..20], 0x9b1e_842f_6e86_2629_u64.to_le_bytes()[..4]);
}

#[test]
fn dense_input_has_its_digest() {
    let bytes = corpus().input("dense-50x512").to_vec();
    let expected = "ece3c3f6bfcb0dd84c844e357e269d5454b8fd5cb070fa75e9935610013d3e79";
    assert_eq!(sha256_hex(&bytes), expected);
}

#[test]
fn reads_agree_wherever_they_start() {
    let input = overlapping();
    let whole = input.to_vec();
    for step in [1, 7, 8, 513, 4096, 6000] {
        let mut buf = vec![0; step];
        for at in (0..whole.len() - step).step_by(step) {
            input.read_at(at as u64, &mut buf);
            assert_eq!(buf, whole[at..at + step], "{step} bytes at {at}");
        }
    }
}

#[test]
fn reads_past_the_end_are_zeros() {
    let mut buf = [1; 4];
    overlapping().read_at(19_998, &mut buf);
    assert_eq!(buf, [0, 9, 0, 0]);
}

#[test]
fn data_ranges_are_merged() {
    let input = overlapping();
    assert_eq!(input.data_ranges(), [10..115, 5000..14_000, 19_999..20_000]);
    assert_eq!(input.next_data(0), Some(10..115));
    assert_eq!(input.next_data(50), Some(50..115));
    assert_eq!(input.next_data(115), Some(5000..14_000));
    assert_eq!(input.next_data(20_000), None);
}

#[test]
fn file_has_the_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("disk");
    overlapping().write_file(&path).expect("the file is written");
    assert_eq!(std::fs::read(&path).expect("the file is read"), overlapping().to_vec());
}

#[test]
fn labels_tell_the_options() {
    let labels: Vec<_> = corpus().vectors.iter().map(super::Vector::label).collect();
    assert!(labels.contains(&"dense-3M c=65536 r=16".into()), "{labels:?}");
    let mut unique = labels.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), labels.len(), "two vectors are the same");
}
