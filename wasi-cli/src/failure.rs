//! A failure with its message and its exit status.

use std::fmt;
use std::io;
use std::path::Path;

use anyhow::anyhow;
use qcow2_stream::Error;

use crate::exit_code::{OTHER, REFUSED, SINK, SOURCE, USAGE};
use crate::shown::shown;
use crate::sink::SinkError;
use crate::source::SourceError;

/// What to do about an input that changes.
const KEEP_STILL: &str = "convert it again when nothing writes to it";

/// The system has no process, thread or memory to give: neither side's fault.
#[cfg_attr(target_os = "wasi", allow(dead_code))] // nothing is started there
#[derive(Debug, thiserror::Error)]
#[error("{0}; raise the limit (ulimit), or try again when less is running")]
pub(crate) struct Scarcity(io::Error);

#[cfg(not(target_os = "wasi"))]
impl Scarcity {
    /// What an attempt to start something failed with, as scarcity where it is that.
    pub(crate) fn or_error(error: io::Error) -> anyhow::Error {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory => Self(error).into(),
            _ => error.into(),
        }
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
        let error = error.into();
        let exit_code = if is_scarcity(&error) { OTHER } else { SOURCE };
        Self::new(exit_code, error.context(format!("cannot read {}", shown(path))))
    }

    /// The output is not to be had.
    pub(crate) fn sink(name: &str, error: impl Into<anyhow::Error>) -> Self {
        Self::new(SINK, error.into().context(format!("cannot write to {name}")))
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
                Self::new(SOURCE, anyhow::Error::new(error).context(what))
            }
            Error::Sink { offset, error } => {
                let what = format!("cannot write to {output} at offset {offset}");
                Self::new(SINK, anyhow::Error::new(error).context(what))
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
    error.chain().any(<dyn std::error::Error>::is::<Scarcity>)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}
