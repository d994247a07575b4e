//! The reference's word on an image.

use std::process::Stdio;

use super::digest::{Digest, digest};
use super::outcome::{finish, spawn};
use super::workplace::Workplace;
use crate::corpus::Vector;

/// Checks that the command in this folder makes what the reference has made.
///
/// # Panics
///
/// If it doesn't.
pub fn same_as_reference(place: &Workplace, vector: &Vector) {
    same_as_reference_with(place, vector, vector.args());
}

/// As [`same_as_reference`], with other arguments that ask for the same image.
///
/// # Panics
///
/// If it is another.
pub fn same_as_reference_with(place: &Workplace, vector: &Vector, args: Vec<String>) {
    let mut command = place.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
    let image = digest(child.stdout.take().expect("a pipe"));
    let expected = Digest { length: vector.length, sha256: vector.sha256.clone() };
    assert_eq!(finish(child).image(), b"", "{}", vector.label());
    assert_eq!(image, expected, "{}", vector.label());
}
