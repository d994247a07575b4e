//! What can stop a conversion, and which side is to blame.

use core::convert::Infallible;

use crate::allocation::MapError;
use crate::limits::PlanError;

/// Why a conversion ended. `R` is the source's own error, `W` the sink's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error<R, W = Infallible> {
    /// The source could not be read.
    #[error("source: reading at offset {offset} failed")]
    Source {
        /// Where, in bytes of the source.
        offset: u64,
        /// The source's own error.
        #[source]
        error: R,
    },
    /// The source is shorter than it said.
    #[error(
        "source: ended at offset {offset}, {size} bytes were expected; it must not change while it is read"
    )]
    SourceEnded {
        /// Where, in bytes of the source.
        offset: u64,
        /// The size that it had at the beginning, in bytes.
        size: u64,
    },
    /// The source said that it read more bytes than there was room for.
    #[error(
        "source: said that it read {read} bytes at offset {offset}, where {given} were asked for"
    )]
    SourceCount {
        /// Where, in bytes of the source.
        offset: u64,
        /// Bytes that were asked for.
        given: u64,
        /// Bytes that it said it read.
        read: u64,
    },
    /// The sink did not take the image.
    #[error("sink: writing at offset {offset} failed")]
    Sink {
        /// Where, in bytes of the image.
        offset: u64,
        /// The sink's own error.
        #[source]
        error: W,
    },
    /// The sink took nothing, or said that it took more than it was given.
    #[error("sink: took {taken} of {given} bytes at offset {offset}")]
    SinkStuck {
        /// Where, in bytes of the image.
        offset: u64,
        /// Bytes that it was given.
        given: u64,
        /// Bytes that it said it took.
        taken: u64,
    },
    /// The range of the image that was asked for is reversed, or begins behind the image's end.
    #[error(
        "range: {start} to {end} is reversed, or begins behind the image's end at {size}; \
         begin at {size} or before"
    )]
    Range {
        /// Where it begins, in bytes of the image.
        start: u64,
        /// Where it ends.
        end: u64,
        /// The length of the image.
        size: u64,
    },
    /// The image ended early: a defect of this library.
    #[error("wrote {written} bytes of {end}; please report this")]
    Incomplete {
        /// Where the image ended.
        written: u64,
        /// Where it should have ended.
        end: u64,
    },
    /// The image cannot be laid out.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The allocation map could not be built.
    #[error(transparent)]
    Map(#[from] MapError),
    /// The buffer handed in has no room for a byte.
    #[error("the buffer is empty; 1 MiB is a good size")]
    NoBuffer,
    /// The progress callback asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl<R> Error<R, Infallible> {
    /// The same error for a conversion whose sink can fail.
    pub fn with_sink<W>(self) -> Error<R, W> {
        match self {
            Self::Source { offset, error } => Error::Source { offset, error },
            Self::SourceEnded { offset, size } => Error::SourceEnded { offset, size },
            Self::SourceCount { offset, given, read } => Error::SourceCount { offset, given, read },
            Self::Sink { error, .. } => match error {},
            Self::SinkStuck { offset, given, taken } => Error::SinkStuck { offset, given, taken },
            Self::Range { start, end, size } => Error::Range { start, end, size },
            Self::Incomplete { written, end } => Error::Incomplete { written, end },
            Self::Plan(error) => Error::Plan(error),
            Self::Map(error) => Error::Map(error),
            Self::NoBuffer => Error::NoBuffer,
            Self::Cancelled => Error::Cancelled,
        }
    }
}
