//! A failure with its message and its exit status.

use std::fmt;
use std::io;
use std::path::Path;

use anyhow::anyhow;
use qcow2_stream::Error;
use rustix::io::Errno;

use crate::exit_code::{OTHER, REFUSED, SINK, SOURCE, USAGE};
use crate::shown::shown;
use crate::sink::SinkError;
use crate::source::SourceError;

/// What to do about an input that changes.
const KEEP_STILL: &str = "convert it again when nothing writes to it";

/// The system has no process, thread, descriptor or memory to give: neither side's fault.
#[cfg_attr(target_os = "wasi", allow(dead_code))] // nothing is started there
#[derive(Debug, thiserror::Error)]
#[error("{0}; raise the limit (ulimit), or try again when less is running")]
pub(crate) struct Scarcity(io::Error);

#[cfg(not(target_os = "wasi"))]
impl Scarcity {
    /// What an attempt to start something failed with, as scarcity where it is that.
    pub(crate) fn or_error(error: io::Error) -> anyhow::Error {
        if Self::is(&error) { Self(error).into() } else { error.into() }
    }

    /// Whether an attempt to start or make something failed for want of what the system has too little of.
    pub(crate) fn is(error: &io::Error) -> bool {
        use io::ErrorKind::{OutOfMemory, WouldBlock};
        // Without a number from the system, it is this program's own, or the C library's.
        let lacks = matches!(error.kind(), WouldBlock | OutOfMemory) || lacks_descriptors(error);
        lacks && error.raw_os_error().is_some()
    }
}

/// Why the program ends without having done what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    exit_code: u8,
    error: anyhow::Error,
}

impl Failure {
    /// The command line asks for what can't be done.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(USAGE, anyhow!("{message}"))
    }

    /// The input is not to be had.
    pub(crate) fn source(path: &Path, error: impl Into<anyhow::Error>) -> Self {
        Self::of_side(SOURCE, error, format!("cannot read {}", shown(path)))
    }

    /// The output is not to be had.
    pub(crate) fn sink(name: &str, error: impl Into<anyhow::Error>) -> Self {
        Self::of_side(SINK, error, format!("cannot write to {name}"))
    }

    /// Something that is neither side's fault.
    pub(crate) fn other(error: impl Into<anyhow::Error>) -> Self {
        Self::new(OTHER, error.into())
    }

    /// Names the side that is to blame for a failed conversion, and where it failed.
    pub(crate) fn of_conversion(
        input: &Path,
        output: &str,
        error: Error<SourceError, SinkError>,
    ) -> Self {
        match error {
            Error::Source { offset, error: SourceError::Changed { other, change } } => {
                let file = other.as_deref().unwrap_or(input);
                let what = format!("{} changed while it was read", shown(file));
                Self::new(
                    SOURCE,
                    anyhow!("{change}; noticed at offset {offset}; {KEEP_STILL}").context(what),
                )
            }
            Error::Source { offset, error } => {
                let what = format!("cannot read {} at offset {offset}", shown(input));
                Self::of_side(SOURCE, error, what)
            }
            Error::Sink { offset, error } => {
                let what = format!("cannot write to {output} at offset {offset}");
                Self::of_side(SINK, error, what)
            }
            Error::SourceEnded { .. } | Error::SourceCount { .. } => Self::source(input, error),
            Error::SinkStuck { .. } => Self::sink(output, error),
            Error::Plan(error) => {
                let what = format!("no qcow2 image can hold {} this way", shown(input));
                Self::new(REFUSED, anyhow::Error::new(error).context(what))
            }
            Error::Incomplete { .. }
            | Error::Range { .. }
            | Error::Map(_)
            | Error::NoBuffer
            | Error::Cancelled => Self::other(error),
        }
    }

    /// What failed on one side, unless the system alone is to blame.
    fn of_side(exit_code: u8, error: impl Into<anyhow::Error>, what: String) -> Self {
        let error = error.into();
        let exit_code = if is_scarcity(&error) { OTHER } else { exit_code };
        Self::new(exit_code, error.context(what))
    }

    fn new(exit_code: u8, error: anyhow::Error) -> Self {
        Self { exit_code, error }
    }

    /// The exit status.
    pub(crate) const fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

/// Whether the system alone is to blame.
fn is_scarcity(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|error| error.is::<Scarcity>() || of_system(error).is_some_and(lacks_descriptors))
}

/// The system's error that this one stands for.
fn of_system<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a io::Error> {
    if let Some(SourceError::Io(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(SinkError::Io(error)) = error.downcast_ref() {
        return Some(error);
    }
    error.downcast_ref()
}

/// Whether there is no descriptor to be had, in this process or at all.
fn lacks_descriptors(error: &io::Error) -> bool {
    let number = Errno::from_io_error(error);
    number.is_some_and(|number| matches!(number, Errno::MFILE | Errno::NFILE))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}
