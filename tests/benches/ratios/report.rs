//! What was measured, as Markdown.

use crate::cases::Rival;
use crate::processes::OURS;
use crate::race::{Measured, Runs};
use crate::run::Run;
use crate::stats::{Spread, median, spread};

/// The ratios.
pub(crate) fn ratios(all: &[Measured]) {
    println!("| case | this | against | | ratio (single rounds) | at most | |");
    println!("|---|---|---|---|---|---|---|");
    for measured in all {
        let case = &measured.case;
        let rivals = case.rivals.iter().zip(&measured.rivals);
        let rows = absolute(measured).into_iter();
        let rows = rows.chain(rivals.map(|(rival, runs)| ratio(&measured.ours, rival, runs)));
        for (number, row) in rows.enumerate() {
            let name =
                if number == 0 { format!("`{}`: {}", case.name, case.what) } else { String::new() };
            println!("| {name} | {row} |");
        }
    }
    println!();
}

/// A row without a rival, where the case has a limit of its own.
fn absolute(measured: &Measured) -> Option<String> {
    let limit = measured.case.seconds?;
    let (this, verdict) = match &measured.ours {
        Ok(runs) => (time(runs), verdict(median(&seconds(runs)) <= limit).into()),
        Err(reason) => (String::new(), missing(reason)),
    };
    Some(format!("{this} | | | | {:.0} ms | {verdict}", limit * 1e3))
}

fn ratio(ours: &Runs, rival: &Rival, runs: &Runs) -> String {
    let limit = rival.at_most.map_or_else(String::new, |limit| limit.to_string());
    let against = rival.tool.name();
    let (ours, theirs) = match (ours, runs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Ok(ours), Err(reason)) => {
            return format!("{} | {against} | | | {limit} | {}", time(ours), missing(reason));
        }
        (Err(reason), _) => return format!("| {against} | | | {limit} | {}", missing(reason)),
    };
    let Spread { ratio, low, high } = spread(&seconds(ours), &seconds(theirs));
    let met = rival.at_most.map_or("", |limit| verdict(ratio <= limit));
    let (ours, theirs) = (time(ours), time(theirs));
    format!("{ours} | {against} | {theirs} | {ratio:.2} ({low:.2} to {high:.2}) | {limit} | {met}")
}

/// Peak memory, of the processes that this one waits for.
pub(crate) fn memory(all: &[Measured]) {
    println!("| case | peak memory | at most | | others |\n|---|---|---|---|---|");
    for measured in all {
        let case = &measured.case;
        let Ok(ours) = &measured.ours else { continue };
        // A daemon's memory is QEMU's, and is told apart.
        let own = measured.aside.iter().find(|(name, _)| name == OURS);
        let peak = own.map_or_else(|| peak(ours), |(_, bytes)| *bytes);
        let limit = case.mebibytes.map_or_else(String::new, |limit| format!("{limit} MiB"));
        let met = case.mebibytes.map_or("", |limit| verdict(peak <= limit << 20));
        let others = case.rivals.iter().zip(&measured.rivals).filter_map(|(rival, runs)| {
            let runs = runs.as_ref().ok()?;
            Some(format!("{} {}", rival.tool.name(), mebibytes(self::peak(runs))))
        });
        let aside = measured.aside.iter().filter(|(name, _)| name != OURS);
        let aside = aside.map(|(name, bytes)| format!("`{name}` {}", mebibytes(*bytes)));
        let others: Vec<_> = aside.chain(others).collect();
        println!(
            "| `{}` | {} | {limit} | {met} | {} |",
            case.name,
            mebibytes(peak),
            others.join(", ")
        );
    }
    println!();
}

fn seconds(runs: &[Run]) -> Vec<f64> {
    runs.iter().map(|run| run.seconds).collect()
}

fn peak(runs: &[Run]) -> u64 {
    runs.iter().map(|run| run.peak).max().unwrap_or_default()
}

/// A median, with as many digits as it can bear.
fn time(runs: &[Run]) -> String {
    let seconds = median(&seconds(runs));
    if seconds < 0.1 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
}

pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

const fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**not met**" }
}

pub(crate) fn missing(reason: &str) -> String {
    format!("not measured: {}", reason.replace('|', "/").replace('\n', " "))
}
