//! Byte for byte what the reference makes, in wasmtime.

use std::process::Stdio;

use qcow2_stream_tests::command::{Digest, Workplace, digest, finish, spawn, sweep_without};
use qcow2_stream_tests::corpus::{Vector, corpus};

use crate::{FRONT_END, LEFT_OUT};

#[test]
fn every_image_is_the_reference_s_byte_for_byte() {
    let left_out = |vector: &&Vector| LEFT_OUT.contains(&vector.input.as_str());
    assert_eq!(corpus().vectors.iter().filter(left_out).count(), 9);
    assert_eq!(sweep_without(&LEFT_OUT, FRONT_END, same_as_reference), 204);
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
