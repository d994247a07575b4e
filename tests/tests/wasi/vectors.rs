//! Byte for byte what the reference makes, in wasmtime.

use qcow2_stream_tests::command::{same_as_reference, sweep_without};
use qcow2_stream_tests::corpus::{Vector, corpus};

use crate::{FRONT_END, LEFT_OUT};

#[test]
fn every_image_is_the_reference_s_byte_for_byte() {
    let left_out = |vector: &&Vector| LEFT_OUT.contains(&vector.input.as_str());
    assert_eq!(corpus().vectors.iter().filter(left_out).count(), 9);
    assert_eq!(sweep_without(&LEFT_OUT, FRONT_END, same_as_reference), 204);
}
