//! Byte for byte what the reference makes.

use std::process::Stdio;

use qcow2_stream_tests::command::{Digest, Workplace, digest, finish, spawn, sweep};
use qcow2_stream_tests::corpus::Vector;

use crate::FRONT_END;

#[test]
fn every_image_is_the_reference_s_byte_for_byte() {
    assert_eq!(sweep(FRONT_END, same_as_reference), 213);
}

fn same_as_reference(place: &Workplace, vector: &Vector) {
    let mut command = place.command(vector.args());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
    let image = digest(child.stdout.take().expect("a pipe"));
    let expected = Digest { length: vector.length, sha256: vector.sha256.clone() };
    assert_eq!(finish(child).image(), b"", "{}", vector.label());
    assert_eq!(image, expected, "{}", vector.label());
}
