//! The side that is read.

use std::fmt;
use std::ops::Range;

use qcow2_stream::ReadAt;

use super::{Answer, Call, Failed, Stage};

/// A source on a stage.
pub struct Source<S> {
    /// The source that honest answers come from.
    pub inner: S,
    stage: Stage,
}

impl<S> Source<S> {
    /// Puts a source on a stage.
    pub fn new(inner: S, stage: &Stage) -> Self {
        Self { inner, stage: stage.clone() }
    }
}

/// The result of a source that cannot fail.
fn good<T>(result: Result<T, impl fmt::Debug>) -> T {
    result.expect("the source behind the stage does not fail")
}

impl<S: ReadAt<Error: fmt::Debug>> ReadAt for Source<S> {
    type Error = Failed;

    fn size(&mut self) -> Result<u64, Failed> {
        self.stage.act(Call::Size)?;
        Ok(good(self.inner.size()))
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Failed> {
        match self.stage.act(Call::Read { offset, length: buffer.len() })? {
            Answer::Count(count) => {
                let length = count.min(buffer.len());
                good(self.inner.read_at(offset, &mut buffer[..length]));
                Ok(count)
            }
            _ => Ok(good(self.inner.read_at(offset, buffer))),
        }
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Failed> {
        match self.stage.act(Call::NextData { offset })? {
            Answer::Data(data) => Ok(data),
            _ => Ok(good(self.inner.next_data(offset))),
        }
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, Failed> {
        match self.stage.act(Call::Cached { offset, length: buffer.len() })? {
            Answer::Count(count) => {
                let length = count.min(buffer.len());
                good(self.inner.read_at(offset, &mut buffer[..length]));
                Ok(count)
            }
            _ => Ok(good(self.inner.read_cached_at(offset, stride, buffer))),
        }
    }
}
