//! The side that is written.

use std::ops::Range;

use qcow2_stream::{ReadAt, Write};

use super::{Answer, Call, Failed, Stage};

/// A sink on a stage.
pub struct Sink {
    /// What it took.
    pub bytes: Vec<u8>,
    stage: Stage,
}

impl Sink {
    /// Puts an empty sink on a stage.
    pub fn new(stage: &Stage) -> Self {
        Self { bytes: Vec::new(), stage: stage.clone() }
    }

    fn offset(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl<S: ReadAt<Error = Failed>> Write<S> for Sink {
    type Error = Failed;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Failed> {
        let call = Call::Write { offset: self.offset(), length: bytes.len() };
        let count = match self.stage.act(call)? {
            Answer::Count(count) => count,
            _ => bytes.len(),
        };
        self.bytes.extend(&bytes[..count.min(bytes.len())]);
        Ok(count)
    }

    fn copy_from_source(&mut self, source: &mut S, range: Range<u64>) -> Result<u64, Failed> {
        let call = Call::Copy { range: range.clone(), offset: self.offset() };
        let Answer::Count(count) = self.stage.act(call)? else {
            return Ok(0);
        };
        let length = count.min((range.end - range.start) as usize);
        let mut bytes = vec![0; length];
        let read = if length == 0 { 0 } else { source.read_at(range.start, &mut bytes)? };
        self.bytes.extend(&bytes[..read]);
        // A lie is passed on, the truth is told of what was read.
        Ok(if count == length { read as u64 } else { count as u64 })
    }
}
