//! The length and the hash of a stream that is too long to keep.

use std::io::Read;

use sha2::{Digest as _, Sha256};

use crate::digest::hex;

/// What a stream came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Digest {
    /// How many bytes there were.
    pub length: u64,
    /// Their SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

/// Reads a stream to its end.
///
/// # Panics
///
/// If it can't be read.
pub fn digest(mut stream: impl Read) -> Digest {
    let mut hash = Sha256::new();
    let mut buf = vec![0; 1 << 18];
    let mut length = 0;
    loop {
        let read = stream.read(&mut buf).expect("the stream can be read");
        if read == 0 {
            return Digest { length, sha256: hex(&hash.finalize()) };
        }
        hash.update(&buf[..read]);
        length += read as u64;
    }
}
