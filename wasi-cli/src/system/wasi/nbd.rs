//! Exports of NBD servers: a WASI module has no sockets to reach one.

use std::convert::Infallible;
use std::ops::Range;
use std::path::Path;

use qcow2_stream::ReadAt;

use crate::failure::Failure;

/// What can go wrong: nothing.
pub(crate) type Error = Infallible;

/// An export. There is none.
#[derive(Debug)]
pub(crate) enum NbdSource {}

/// Whether an input is meant as a URI.
pub(crate) fn is_uri(input: &Path) -> bool {
    let scheme = input.to_str().and_then(|name| name.split_once("://"));
    scheme.is_some_and(|(scheme, _)| {
        ["nbd", "nbd+unix", "nbds", "nbds+unix", "nbd+vsock", "nbds+vsock"]
            .contains(&scheme.to_ascii_lowercase().as_str())
    })
}

/// Says why that can't be, and what can.
pub(crate) fn open(_: &Path) -> Result<NbdSource, Failure> {
    Err(Failure::usage(
        "a WASI module has no sockets, so it cannot reach an NBD server; use the native command, or show the export as a file outside: nbdfuse view/disk.raw URI",
    ))
}

impl NbdSource {
    /// Never called.
    pub(crate) fn set_size(&mut self, _: Option<u64>) -> Result<(), String> {
        match *self {}
    }

    /// Never called.
    pub(crate) fn is_writable(&self) -> bool {
        match *self {}
    }
}

impl ReadAt for NbdSource {
    type Error = Error;

    fn size(&mut self) -> Result<u64, Error> {
        match *self {}
    }

    fn read_at(&mut self, _: u64, _: &mut [u8]) -> Result<usize, Error> {
        match *self {}
    }

    fn next_data(&mut self, _: u64) -> Result<Option<Range<u64>>, Error> {
        match *self {}
    }
}
