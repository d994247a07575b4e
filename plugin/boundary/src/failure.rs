//! A failure: a code for programs, a text for people.

use core::fmt;

use qcow2_stream::{Error, MapError, PlanError};

use crate::checked::Fault;
use crate::code::Code;
use crate::host::Trouble;
use crate::text::Text;

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The number that says what kind it is.
    pub code: Code,
    /// Which side is to blame, where, and the numbers. Empty if there was no memory for it.
    text: Text,
}

impl Failure {
    /// A failure with these words.
    #[must_use]
    pub fn new(code: Code, arguments: fmt::Arguments<'_>) -> Self {
        Self { code, text: Text::new(arguments) }
    }

    /// A failure with the words of its code, which takes no memory.
    #[must_use]
    pub fn plain(code: Code) -> Self {
        Self { code, text: Text::default() }
    }

    /// The words, never none.
    #[must_use]
    pub fn text(&self) -> &str {
        if self.text.as_str().is_empty() { self.code.text() } else { self.text.as_str() }
    }

    /// No room for `bytes` more.
    #[must_use]
    pub fn memory(bytes: usize) -> Self {
        Self::new(Code::Memory, format_args!("out of memory: {bytes} bytes more are needed"))
    }

    pub(crate) fn size(trouble: &Trouble) -> Self {
        Self::of_host(Code::Source, format_args!("source: its size could not be learned"), trouble)
    }

    fn source(offset: u64, fault: &Fault) -> Self {
        match fault {
            Fault::Size(trouble) => Self::size(trouble),
            Fault::Read(trouble) => {
                let what = format_args!("source: reading at offset {offset} failed");
                Self::of_host(Code::Source, what, trouble)
            }
            Fault::Range(range) => Self::new(
                Code::SourceAnswer,
                format_args!(
                    "source: asked for its next data at offset {offset}, it said {} to {}",
                    range.start, range.end
                ),
            ),
        }
    }

    fn of_host(code: Code, what: fmt::Arguments<'_>, trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Said(words) => Self::new(code, format_args!("{what}: {words}")),
            Trouble::NoRoom(bytes) => Self::memory(*bytes),
        }
    }
}

impl From<Error<Fault, Trouble>> for Failure {
    fn from(error: Error<Fault, Trouble>) -> Self {
        let code = match &error {
            Error::Source { offset, error } => return Self::source(*offset, error),
            Error::Sink { offset, error } => {
                let what = format_args!("sink: writing at offset {offset} failed");
                return Self::of_host(Code::Sink, what, error);
            }
            Error::SourceEnded { .. } => Code::SourceEnded,
            Error::SourceCount { .. } => Code::SourceAnswer,
            Error::SinkStuck { .. } => Code::SinkAnswer,
            Error::Map(error) | Error::Plan(PlanError::Map(error)) => of_map(error),
            Error::Plan(_) => Code::Refused,
            Error::Cancelled => Code::Cancelled,
            Error::Range { .. } => {
                return Self::new(Code::Argument, format_args!("argument: {error}"));
            }
            Error::Incomplete { .. } | Error::NoBuffer => Code::Defect,
        };
        Self::new(code, format_args!("{error}"))
    }
}

fn of_map(error: &MapError) -> Code {
    match error {
        MapError::OutOfMemory => Code::Memory,
        MapError::Order { .. } | MapError::Range { .. } | MapError::Other { .. } => Code::Defect,
    }
}
