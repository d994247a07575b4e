//! What QEMU and the format cannot hold is refused before the first byte; what they can is not.

mod names;
mod offsets;
mod refcounts;
mod virtual_size;

use std::convert::Infallible;
use std::ops::Range;

use qcow2_stream::{Error, Options, PlanError, ReadAt, convert};
use qcow2_stream_tests::kit::{Counting, go_on};

/// A disk of zeros, of any size, that says so. It must not be read.
struct Zeros(u64);

impl ReadAt for Zeros {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }

    fn read_at(&mut self, offset: u64, _: &mut [u8]) -> Result<usize, Infallible> {
        panic!("a disk without data was read at {offset}")
    }

    fn next_data(&mut self, _: u64) -> Result<Option<Range<u64>>, Infallible> {
        Ok(None)
    }
}

/// A disk of which nothing but the size may be asked for.
struct SizeOnly(u64);

impl ReadAt for SizeOnly {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }

    fn read_at(&mut self, offset: u64, _: &mut [u8]) -> Result<usize, Infallible> {
        panic!("read at {offset} before the refusal")
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Infallible> {
        panic!("asked for the data after {offset} before the refusal")
    }
}

/// The refusal of a disk by its size and the options alone. Not a byte was read or written.
#[track_caller]
fn refusal(options: &Options, size: u64) -> PlanError {
    let mut sink = Counting::default();
    let result = convert(&mut SizeOnly(size), &mut sink, options, &mut [0; 4096], go_on);
    assert_eq!(sink, Counting::default(), "the sink was touched");
    match result {
        Err(Error::Plan(refusal)) => refusal,
        other => panic!("not refused: {:?}", other.map(|layout| layout.summary())),
    }
}

/// The message has each of these words.
#[track_caller]
fn assert_says(refusal: &PlanError, words: &[String]) {
    let message = refusal.to_string();
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
}

/// What the message says of the cluster size that would do.
fn remedy(cluster_size: Option<u64>) -> String {
    match cluster_size {
        Some(size) => format!("a cluster size of {size} would do"),
        None => "no cluster size would do".into(),
    }
}
