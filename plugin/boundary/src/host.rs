//! What a host gives: a source, a sink, and a watch over the progress.

use core::ops::{ControlFlow, Range};

use qcow2_stream::Progress;

use crate::text::Text;

/// Where the next data of a source are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextData {
    /// The host does not know: what follows is read.
    Unknown,
    /// Only zeros follow.
    None,
    /// Zeros up to the range, and in it bytes of any kind.
    Range(Range<u64>),
}

/// Why a host's answer is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The host failed, with words of its own.
    Said(Text),
    /// There is no room for the answer, which may take so many bytes.
    NoRoom(usize),
}

/// A raw disk, as a host answers.
pub trait Source {
    /// Its size in bytes.
    ///
    /// # Errors
    /// If the host cannot tell.
    fn size(&mut self) -> Result<u64, Trouble>;

    /// Reads bytes at `offset` into the front of `buffer`, and returns how many; 0 at the end only.
    ///
    /// # Errors
    /// If the host cannot read.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Trouble>;

    /// Where the next data at or behind `offset` are.
    ///
    /// # Errors
    /// If the host cannot tell although it should.
    fn next_data(&mut self, offset: u64) -> Result<NextData, Trouble>;
}

/// What takes the image.
pub trait Sink {
    /// Takes bytes from the front of `bytes`, at least one, and returns how many.
    ///
    /// # Errors
    /// If the host cannot take them.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Trouble>;
}

/// Hears how far the work has got, and may stop it.
pub trait Watch {
    /// Breaks to cancel.
    fn progress(&mut self, progress: Progress) -> ControlFlow<()>;
}
