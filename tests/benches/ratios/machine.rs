//! What the figures are figures of.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use qcow2_stream_tests::command::FrontEnd;

/// How many programs can run at once.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// The date, the machine, and the versions of the contenders.
pub(crate) fn describe(folder: &Path, runs: u32) {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let processor =
        processor.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let memory = read("/proc/meminfo");
    let memory =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
    let memory: u64 = memory.and_then(|memory| memory.parse().ok()).unwrap_or_default();
    let (kernel, load) = (read("/proc/sys/kernel/osrelease"), read("/proc/loadavg"));
    let date = said("date", &["-u", "+%F %H:%M UTC"]);
    let system = said("df", &["--output=fstype".as_ref(), folder.as_os_str()]);
    println!(
        "{date}: {} × {}, {:.0} GiB of memory, Linux {}, {system}, load {} at the start.",
        cores(),
        processor.unwrap_or("unknown processor").trim(),
        memory as f64 / f64::from(1 << 20),
        kernel.trim(),
        load.split(' ').next().unwrap_or("?"),
    );
    println!("{}.", versions().join(", "));
    println!("Medians of {runs}, warm cache unless said; the contenders take turns.\n");
}

fn versions() -> Vec<String> {
    let wasmtime = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasi-cli/wasmtime");
    let version =
        |name: &str, program: &str| format!("{name} {}", number(&said(program, &["--version"])));
    let ours = FrontEnd::Native.command(Path::new("."));
    vec![
        format!("qcow2-to-stdout {}", number(&said(ours.get_program(), &["--version"]))),
        version("qemu-img", "qemu-img"),
        version("Python", "python3"),
        version("`cat`", "cat"),
        version("wasmtime", wasmtime),
        version("Node", "node"),
    ]
}

/// The first word that is a version.
fn number(said: &str) -> &str {
    let mut words = said.split_whitespace().map(|word| word.trim_start_matches('v'));
    words
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or("is missing")
}

/// The last line of what a program says; `--version` has its first.
fn said<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, args: &[A]) -> String {
    let output = Command::new(program).args(args).output();
    let output = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    output.unwrap_or_default().trim().replace("Type", "").trim().to_owned()
}
