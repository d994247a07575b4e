//! What was measured, as Markdown.

use crate::cases::Rival;
use crate::processes::OURS;
use crate::race::{Measured, Runs};
use crate::run::Run;
use crate::stats::{Spread, median, spread};

/// The ratios.
pub(crate) fn ratios(all: &[Measured]) {
    println!("| row | case | this | against | | ratio, and of single rounds | at most | |");
    println!("|---|---|---|---|---|---|---|---|");
    for measured in all {
        absolute(measured);
        for (rival, runs) in measured.case.rivals.iter().zip(&measured.rivals) {
            println!("{}", ratio(measured, rival, runs));
        }
    }
    println!();
}

/// A row without a rival, where the case has a limit of its own.
fn absolute(measured: &Measured) {
    let (case, Some(limit)) = (&measured.case, measured.case.seconds) else { return };
    let (this, verdict) = match &measured.ours {
        Ok(runs) => (time(runs), verdict(median(&seconds(runs)) <= limit).into()),
        Err(reason) => (String::new(), missing(reason)),
    };
    println!(
        "| `{}` | {} | {this} | | | | {:.0} ms | {verdict} |",
        case.name,
        case.what,
        limit * 1e3
    );
}

fn ratio(measured: &Measured, rival: &Rival, runs: &Runs) -> String {
    let case = &measured.case;
    let limit = rival.at_most.map_or_else(String::new, |limit| limit.to_string());
    let start = format!("| `{}` | {} |", case.name, case.what);
    let against = rival.tool.name();
    let (ours, theirs) = match (&measured.ours, runs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Ok(ours), Err(reason)) => {
            return format!(
                "{start} {} | {against} | | | {limit} | {} |",
                time(ours),
                missing(reason)
            );
        }
        (Err(reason), _) => {
            return format!("{start} | {against} | | | {limit} | {} |", missing(reason));
        }
    };
    let Spread { ratio, low, high } = spread(&seconds(ours), &seconds(theirs));
    let met = rival.at_most.map_or("", |limit| verdict(ratio <= limit));
    format!(
        "{start} {} | {against} | {} | {ratio:.2} ({low:.2} to {high:.2}) | {limit} | {met} |",
        time(ours),
        time(theirs)
    )
}

/// Peak memory, of the processes that this one waits for.
pub(crate) fn memory(all: &[Measured]) {
    println!("| row | peak memory | at most | | others |\n|---|---|---|---|---|");
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
        let aside = aside.map(|(name, bytes)| format!("{name} {}", mebibytes(*bytes)));
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
