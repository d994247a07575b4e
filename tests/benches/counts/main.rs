//! How many instructions the core takes, counted by callgrind: the same on a busy machine as on a quiet one. It fails
//! if that is more than the committed counts by over 2 %. `--save` commits to what is counted now.

mod baseline;
mod callgrind;
mod work;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use baseline::{Baseline, compiler};
use callgrind::count;
use clap::Parser;
use work::WORK;

/// More than the C library's choices for one processor or another make.
const TOLERANCE: f64 = 0.02;

#[derive(Parser)]
struct Args {
    /// Writes the counts to the baseline.
    #[arg(long)]
    save: bool,
    /// Does one piece of work and says nothing. This is what is counted.
    #[arg(long, hide = true)]
    work: Option<String>,
    /// What cargo says to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    if let Some(name) = args.work {
        let work = WORK.iter().find(|(known, _)| *known == name);
        work.with_context(|| format!("there is no work {name}"))?.1();
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir()?;
    let counts = WORK.iter().map(|(name, _)| Ok(((*name).into(), count(name, folder.path())?)));
    let now = Baseline { compiler: compiler()?, instructions: counts.collect::<Result<_>>()? };
    if args.save {
        now.save()?;
    }
    compare(&now, &Baseline::load()?)
}

/// Prints what was counted; the exit code says whether it is too much.
fn compare(now: &Baseline, then: &Baseline) -> Result<ExitCode> {
    let comparable = now.compiler == then.compiler;
    println!("Instructions of the core, {}:\n", now.compiler);
    println!("| work | instructions | baseline | change |\n|---|---|---|---|");
    let mut slower = Vec::new();
    for (name, _) in WORK {
        let count = now.instructions[name];
        let Some(old) = then.instructions.get(name).filter(|_| comparable) else {
            println!("| {name} | {count} | | |");
            continue;
        };
        let change = count as f64 / *old as f64 - 1.0;
        println!("| {name} | {count} | {old} | {:+.2} % |", change * 100.0);
        if change > TOLERANCE {
            slower.push(name);
        }
    }
    if !comparable {
        println!("\nNot compared: the baseline is of {}. --save makes one of this.", then.compiler);
    }
    if !slower.is_empty() {
        bail!("over {} % more than the baseline: {}", TOLERANCE * 100.0, slower.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}
