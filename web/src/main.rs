//! Builds the page that converts disk images in the browser, and serves it; or builds its npm package.
#![forbid(unsafe_code)]

mod cache;
mod digest;
mod files;
mod folder;
mod index;
mod module;
mod package;
mod serve;
mod site;
mod wasm_opt;

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// Build the page that converts disk images in the browser, and serve it to this machine.
#[derive(Debug, Parser)]
#[command(name = "web", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    task: Option<Task>,

    /// The port to serve it on; 0 for any that is free.
    #[arg(long, default_value_t = 8000)]
    port: u16,

    /// The folder to build it in [default: site in cargo's target folder].
    #[arg(long)]
    dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Only build the page, as a folder that any static host can serve.
    Build {
        /// The folder to leave it in [default: site in cargo's target folder].
        dir: Option<PathBuf>,

        /// The folder with the page's own files [default: web/page].
        #[arg(long)]
        page: Option<PathBuf>,
    },
    /// Only build the npm package, ready for npm publish.
    Npm {
        /// The folder to leave it in [default: npm in cargo's target folder].
        dir: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<()> {
    match args.task {
        None => serve(args.port, args.dir),
        Some(Task::Build { dir, page }) => say(site::build(dir, page)?.display()),
        Some(Task::Npm { dir }) => say(package::build(dir)?.display()),
    }
}

fn serve(port: u16, dir: Option<PathBuf>) -> Result<()> {
    // First, so that a port that is taken is known before minutes of building.
    let listeners = serve::bind(port)?;
    let dir = site::build(dir, None)?;
    say(serve::address(&listeners)?)?;
    serve::run(listeners, &dir)
}

/// Prints a line that a program may wait for.
fn say(line: impl Display) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).context("standard output")
}
