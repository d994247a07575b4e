//! What the command line asks for instead of a conversion.

use std::io::Write;

use clap::Error;
use clap::error::ErrorKind;

use crate::exit_code;
use crate::system::daemon;

/// Prints the help or the version, or what is wrong with the command line, and tells the exit status.
pub(crate) fn print(error: &Error) -> u8 {
    let _ = error.print();
    let is_verbose = std::env::args_os().any(|arg| arg == "--verbose");
    if error.kind() == ErrorKind::DisplayVersion && is_verbose {
        let line = daemon::version().unwrap_or_else(|error| format!("{error:#}"));
        let _ = writeln!(std::io::stdout(), "{line}");
    }
    u8::try_from(error.exit_code()).unwrap_or(exit_code::USAGE)
}
