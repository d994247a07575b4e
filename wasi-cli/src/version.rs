//! What the command line asks for instead of a conversion.

use std::ffi::OsString;
use std::io::Write;

use clap::error::ErrorKind;
use clap::{Error, Parser};

use crate::args::Args;
use crate::exit_code;
use crate::shown;
use crate::stderr;
use crate::system::daemon;

/// Prints the help or the version, or what is wrong with the command line, and tells the exit status.
pub(crate) fn print(error: &Error) -> u8 {
    if error.use_stderr() {
        stderr::line(sanitized(error, std::env::args_os()).trim_end());
    } else {
        let _ = error.print();
    }
    let is_verbose = std::env::args_os().any(|arg| arg == "--verbose");
    if error.kind() == ErrorKind::DisplayVersion && is_verbose {
        let line = daemon::version().unwrap_or_else(|error| format!("{error:#}"));
        let _ = writeln!(std::io::stdout(), "{line}");
    }
    u8::try_from(error.exit_code()).unwrap_or(exit_code::USAGE)
}

/// What is wrong with the command line, without what in it could steer a terminal or forge a line. clap repeats arguments
/// as they are; so it is asked again about arguments that are harmless.
fn sanitized(error: &Error, args: impl Iterator<Item = OsString>) -> String {
    let harmless = args.map(|arg| shown::text(&arg.to_string_lossy()));
    let text = match Args::try_parse_from(harmless) {
        Err(again) if again.kind() == error.kind() => again.to_string(),
        // Only other words would do: nothing of an argument may begin a line then.
        _ => shown::text(&error.to_string()),
    };
    text.lines().map(shown::text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_steers_no_terminal_and_forges_no_line() {
        let poison = "x\u{1b}[31m\nqcow2-to-stdout: done\u{202e}";
        for args in [
            vec!["q", "a", poison],
            vec!["q", "a", "--cluster-size", poison],
            vec!["q", "a", "--size", poison],
            vec!["q", "a", "--refcount-bits", poison],
            vec!["q", "a", &format!("--progress={poison}")],
            vec!["q", "a", &format!("--{poison}")],
            vec!["q", "a", &format!("--quiet={poison}")],
            vec!["q", "a", &format!("-{poison}")],
        ] {
            let args = args.into_iter().map(OsString::from).collect::<Vec<_>>();
            let error = Args::try_parse_from(&args).unwrap_err();
            let text = sanitized(&error, args.into_iter());
            assert!(text.starts_with("error: "), "{text}");
            assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
            assert!(!text.lines().any(|line| line.starts_with("qcow2-to-stdout: ")), "{text}");
        }
    }
}
