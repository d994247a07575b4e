//! The memory of each process of a conversion, where there are several.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::race::Peaks;
use crate::tools::{Job, Tool};

/// The command's own name there, cut by the kernel.
pub(crate) const OURS: &str = "qcow2-to-stdout";

/// Runs the command once more, untimed, and looks at it and what it has started many times a second.
///
/// The kernel keeps each process's peak, so that what is missed is what a process adds just before it ends.
pub(crate) fn peaks(tool: Tool, job: &Job<'_>) -> Result<Peaks> {
    let mut command = tool.command(job).map_err(anyhow::Error::msg)?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    let output = child.stdout.take().context("a pipe")?;
    let mut reader = Command::new("cat").stdin(output).stdout(Stdio::null()).spawn()?;
    let mut peaks = BTreeMap::new();
    let status = loop {
        look(child.id(), &mut peaks);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(Duration::from_millis(2));
    };
    reader.wait()?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(peaks.into_values().collect())
}

/// Takes down the peak of a process and of its children. One that has just ended is passed over, and one that becomes
/// another program begins anew.
fn look(id: u32, peaks: &mut BTreeMap<u32, (String, u64)>) {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let field = |name| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let peak = field("VmHWM:").and_then(|peak| peak.strip_suffix(" kB")?.parse::<u64>().ok());
    if let (Some(name), Some(peak)) = (field("Name:"), peak) {
        peaks.insert(id, (name.into(), peak << 10));
    }
    let Ok(tasks) = fs::read_dir(format!("/proc/{id}/task")) else { return };
    for task in tasks.flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children
            .split_whitespace()
            .filter_map(|child| child.parse().ok())
            .for_each(|child| look(child, peaks));
    }
}
