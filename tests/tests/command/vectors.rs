//! Byte for byte what the reference makes.

use qcow2_stream_tests::command::{same_as_reference, sweep};

use crate::FRONT_END;

#[test]
fn every_image_is_the_reference_s_byte_for_byte() {
    assert_eq!(sweep(FRONT_END, same_as_reference), 213);
}
