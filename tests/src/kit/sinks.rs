//! Sinks that keep no byte, and one that takes few at once.

use std::convert::Infallible;

use qcow2_stream::{ReadAt, Write};
use sha2::{Digest, Sha256};

use super::lengths::Lengths;
use crate::digest::hex;

/// A sink that keeps the digest of what it took.
#[derive(Clone, Debug, Default)]
pub struct Digesting {
    hash: Sha256,
    length: u64,
}

impl Digesting {
    /// How many bytes it took.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The SHA-256 of what it took, as lower-case hexadecimal digits.
    pub fn digest(self) -> String {
        hex(&self.hash.finalize())
    }
}

impl<S: ReadAt + ?Sized> Write<S> for Digesting {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }
}

/// A sink that only counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counting {
    /// How many bytes it took.
    pub bytes: u64,
    /// In how many calls.
    pub calls: u64,
}

impl<S: ReadAt + ?Sized> Write<S> for Counting {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.bytes += bytes.len() as u64;
        self.calls += 1;
        Ok(bytes.len())
    }
}

/// A sink that takes few bytes of what it is given.
#[derive(Clone, Debug)]
pub struct ShortWrites<W>(pub W, pub Lengths);

impl<S: ReadAt + ?Sized, W: Write<S>> Write<S> for ShortWrites<W> {
    type Error = W::Error;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, W::Error> {
        let length = self.1.next_within(bytes.len());
        self.0.write(&bytes[..length])
    }
}
