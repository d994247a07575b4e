//! `qcow2-to-stdout`: a raw disk in, a qcow2 image on standard output.

mod args;
mod byte_size;
mod conversion;
mod exit_code;
mod failure;
mod kind;
mod output;
mod progress;
mod sink;
mod source;
mod stamp;
mod stdout;
mod system;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::Args;
use system::signals;

fn main() -> ExitCode {
    let args = Args::parse();
    match conversion::run(&args) {
        Ok(()) => exit_code::SUCCESS.into(),
        Err(failure) => {
            // The exit status is right even if nobody can be told why.
            let _ =
                writeln!(std::io::stderr(), "qcow2-to-stdout: {}", printable(&failure.to_string()));
            signals::end_if_received();
            failure.exit_code().into()
        }
    }
}

/// A message without what could steer a terminal: a file may have any name.
fn printable(message: &str) -> String {
    let show = |c: char| match c {
        '\n' => c.to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    message.chars().map(show).collect()
}
