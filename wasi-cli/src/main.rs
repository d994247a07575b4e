//! `qcow2-to-stdout`: a disk in, a qcow2 image on standard output.
#![cfg_attr(target_os = "wasi", forbid(unsafe_code))]

mod args;
mod buffer;
mod byte_size;
mod conversion;
mod exit_code;
mod failure;
mod input;
mod kind;
mod notes;
mod output;
mod progress;
mod retry;
mod settle;
mod shown;
mod sink;
mod source;
mod stamp;
mod stderr;
mod stdout;
mod system;
mod version;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use system::{daemon, signals};

fn main() -> ExitCode {
    if let Some(status) = daemon::become_if_asked() {
        return status;
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return version::print(&error).into(),
    };
    // A panic has said what it is; here it gets the exit status of a defect.
    let Ok(result) = std::panic::catch_unwind(|| conversion::run(&args)) else {
        return exit_code::OTHER.into();
    };
    match result {
        Ok(()) => exit_code::SUCCESS.into(),
        Err(failure) => {
            stderr::line(format_args!("qcow2-to-stdout: {failure}"));
            signals::end_if_received();
            failure.exit_code().into()
        }
    }
}
