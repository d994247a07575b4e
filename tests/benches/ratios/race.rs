//! The rounds of one case.

use std::iter;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result, bail};

use crate::cache::{drop_pages, settle};
use crate::cases::{Case, Route};
use crate::processes::peaks;
use crate::run::{Run, run};
use crate::tools::{IMAGE, Job, Tool};

/// Set by a signal: what has been made has to go first.
pub(crate) static STOPPED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// A contender's runs, in the order of the rounds, or why there are none.
pub(crate) type Runs = Result<Vec<Run>, String>;

/// A case and what was measured: the command first, then its rivals.
pub(crate) struct Measured {
    pub(crate) case: Case,
    pub(crate) ours: Runs,
    pub(crate) rivals: Vec<Runs>,
    /// The peak memory of the processes that the command started and their names, where it starts any.
    pub(crate) aside: Peaks,
}

/// The peaks of processes, by their names.
pub(crate) type Peaks = Vec<(String, u64)>;

impl Measured {
    pub(crate) fn new(case: Case, mut runs: Vec<Runs>, aside: Peaks) -> Self {
        let rivals = runs.split_off(1);
        Self { case, ours: runs.remove(0), rivals, aside }
    }

    /// Without a run.
    pub(crate) fn missing(case: Case, error: &anyhow::Error) -> Self {
        let reason = || Err(format!("{error:#}"));
        let rivals = case.rivals.iter().map(|_| reason()).collect();
        Self { ours: reason(), rivals, aside: Vec::new(), case }
    }
}

/// Runs all contenders in turn, so that what slows one of them slows all. A first round doesn't count: it fills the
/// caches, and shows who can't run.
pub(crate) fn race(case: &Case, job: &Job<'_>, rounds: u32) -> Result<(Vec<Runs>, Peaks)> {
    let tools = case.rivals.iter().map(|rival| rival.tool);
    let tools: Vec<_> = iter::once(case.ours).chain(tools).collect();
    let mut runs =
        tools.iter().map(|tool| first(case, *tool, job)).collect::<Result<Vec<Runs>>>()?;
    for round in 1..=rounds {
        eprint!("{} {round}/{rounds}:", case.name);
        for (tool, runs) in tools.iter().zip(&mut runs) {
            let Ok(runs) = runs else { continue };
            let took = turn(case, *tool, job).with_context(|| tool.name())?;
            eprint!(" {} {:.3} s ({:.3} of CPU),", tool.name(), took.seconds, took.processor);
            runs.push(took);
        }
        eprintln!();
    }
    let several = job.format != "raw" && runs[0].is_ok();
    Ok((runs, if several { peaks(case.ours, job)? } else { Vec::new() }))
}

/// A run that doesn't count. The command itself must not fail; others may.
fn first(case: &Case, tool: Tool, job: &Job<'_>) -> Result<Runs> {
    if let Err(reason) =
        tool.command(job).and_then(|_| prepare(case, job).map_err(|e| e.to_string()))
    {
        return Ok(Err(reason));
    }
    match turn(case, tool, job) {
        Ok(_) => Ok(Ok(Vec::new())),
        Err(error) if tool != case.ours && !STOPPED.load(Ordering::Relaxed) => {
            Ok(Err(format!("{error:#}")))
        }
        Err(error) => Err(error),
    }
}

fn turn(case: &Case, tool: Tool, job: &Job<'_>) -> Result<Run> {
    if STOPPED.load(Ordering::Relaxed) {
        bail!("stopped by a signal");
    }
    prepare(case, job)?;
    let command = tool.command(job).map_err(anyhow::Error::msg)?;
    let route = match tool {
        Tool::QemuImg | Tool::QemuImgPlain => Route::File,
        _ => case.route,
    };
    run(command, route, tool == Tool::CatToNull)
}

/// The same state before each run.
fn prepare(case: &Case, job: &Job<'_>) -> Result<()> {
    remove(&job.folder().join(IMAGE))?;
    if case.route == Route::File || case.rivals.iter().any(|rival| rival.tool == Tool::QemuImg) {
        settle(job.folder())?;
    }
    if case.cold {
        drop_pages(&job.disk)?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
