//! How quick the command is, against others that do the same job or part of it, in one run: `tests/bench`. It prints
//! Markdown, and judges nothing but the instruction counts: on a machine with other work, times say little.

mod args;
mod cache;
mod cases;
mod disks;
mod machine;
mod others;
mod processes;
mod race;
mod report;
mod run;
mod scratch;
mod stats;
mod tools;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Error, Result, ensure};
use args::Args;
use cases::{Case, cases};
use disks::Made;
use others::OTHERS;
use race::{Measured, STOPPED, race};
use tools::Job;

fn main() -> Result<()> {
    let mut cases = cases(machine::cores());
    let rows: Vec<_> =
        cases.iter().map(|case| case.name).chain(OTHERS.map(|other| other.name)).collect();
    let args = Args::read(&rows)?;
    heed_signals()?;
    cases.retain(|case| args.wants(case.name));
    let others: Vec<_> = OTHERS.iter().filter(|other| args.wants(other.name)).collect();
    let rooms =
        cases.iter().map(|case| case.disk.room()).chain(others.iter().map(|other| other.room));
    scratch::has_room(&args.folder, rooms.max().unwrap_or_default())?;
    let scratch =
        tempfile::Builder::new().prefix("qcow2-stream-bench-").tempdir_in(&args.folder)?;
    machine::describe(scratch.path(), args.runs);
    let mut failures = Failures::default();
    if !cases.is_empty() {
        let measured = measure(cases, &args, scratch.path(), &mut failures)?;
        report::ratios(&measured);
        report::memory(&measured);
    }
    for other in others {
        if let Err(error) = other.print(scratch.path()) {
            failures.add(other.name, &error)?;
        }
    }
    scratch.close()?;
    failures.end()
}

/// What went wrong; the other rows are measured all the same.
#[derive(Default)]
struct Failures(Vec<&'static str>);

impl Failures {
    /// Fails at once only where the run is to end.
    fn add(&mut self, row: &'static str, error: &Error) -> Result<()> {
        ensure!(!STOPPED.load(Ordering::Relaxed), "stopped by a signal");
        eprintln!("error: {row}: {error:#}");
        self.0.push(row);
        Ok(())
    }

    fn end(self) -> Result<()> {
        ensure!(self.0.is_empty(), "failed: {}", self.0.join(", "));
        Ok(())
    }
}

/// Ends at the next run's begin, so that disks and mounts are removed. A terminal tells the contenders, too.
fn heed_signals() -> Result<()> {
    for signal in
        [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
    {
        signal_hook::flag::register(signal, Arc::clone(&STOPPED))?;
    }
    Ok(())
}

fn measure(
    cases: Vec<Case>,
    args: &Args,
    scratch: &Path,
    failures: &mut Failures,
) -> Result<Vec<Measured>> {
    let (mut made, mut all) = (Made::default(), Vec::new());
    for case in cases {
        let disk = match made.get(case.disk, scratch) {
            Ok(disk) => disk,
            Err(error) => {
                all.push(Measured::missing(case, &error));
                continue;
            }
        };
        let (format, route) = (case.disk.format(), case.route);
        let job = Job { disk, format, route, script: args.script.as_deref() };
        all.push(match race(&case, &job, args.runs) {
            Ok((runs, aside)) => Measured::new(case, runs, aside),
            Err(error) => {
                failures.add(case.name, &error)?;
                Measured::missing(case, &error)
            }
        });
    }
    Ok(all)
}
