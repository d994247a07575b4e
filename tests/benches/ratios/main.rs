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

use anyhow::Result;
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
    if !cases.is_empty() {
        let measured = measure(cases, &args, scratch.path())?;
        report::ratios(&measured);
        report::memory(&measured);
    }
    others.into_iter().try_for_each(|other| other.print(scratch.path()))?;
    Ok(scratch.close()?)
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

fn measure(cases: Vec<Case>, args: &Args, scratch: &Path) -> Result<Vec<Measured>> {
    let mut made = Made::default();
    let measure = |case: Case| {
        let disk = match made.get(case.disk, scratch) {
            Ok(disk) => disk,
            Err(error) => return Ok(Measured::missing(case, &error)),
        };
        let (format, route) = (case.disk.format(), case.route);
        let job = Job { disk, format, route, script: args.script.as_deref() };
        race(case, &job, args.runs)
    };
    cases.into_iter().map(measure).collect()
}
