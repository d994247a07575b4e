//! The rows that other benches measure, and the bytes of WebAssembly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, ensure};
use qcow2_stream_tests::command::module;
use qcow2_stream_tests::installed::cache;

use crate::disks::finish;
use crate::report::missing;
use crate::tools::{has_target, needs};

/// A row that prints for itself.
pub(crate) struct Other {
    pub(crate) name: &'static str,
    /// How many GiB it takes for a while.
    pub(crate) room: u64,
    /// What is missing for it.
    missing: fn() -> Result<(), String>,
    print: fn(&Path) -> Result<()>,
}

pub(crate) const OTHERS: [Other; 4] = [
    Other { name: "wasm", room: 1, missing: module_target, print: bytes_of_wasm },
    Other {
        name: "browser",
        room: 3,
        missing: || module_target().and(needs("chromedriver", "chromium-driver")),
        print: browser,
    },
    Other {
        name: "plugin",
        room: 1,
        missing: || module_target().and(needs("node", "nodejs")),
        print: plugin,
    },
    Other { name: "counts", room: 1, missing: || needs("valgrind", "valgrind"), print: counts },
];

fn module_target() -> Result<(), String> {
    has_target("wasm32-unknown-unknown")
}

impl Other {
    pub(crate) fn print(&self, scratch: &Path) -> Result<()> {
        if let Err(reason) = (self.missing)() {
            println!("`{}` {}\n", self.name, missing(&reason));
            return Ok(());
        }
        (self.print)(scratch).with_context(|| self.name)
    }
}

/// The module in a site, whose folder is called after its version.
fn page_module(site: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(site)?.collect::<std::io::Result<Vec<_>>>()?;
    let path = |entry: fs::DirEntry| entry.path().join("qcow2-stream/qcow2_stream_wasm_bg.wasm");
    let mut modules = entries.into_iter().map(path).filter(|path| path.is_file());
    modules.next().context("the site has no module")
}

fn bytes_of_wasm(scratch: &Path) -> Result<()> {
    let site = scratch.join("site");
    finish(cargo(&["run", "--quiet", "--locked", "-p", "web", "--", "build"]).arg(&site))?;
    let plugin = artefacts(scratch)?;
    let file = |name: &str| plugin.join(name);
    println!("| WebAssembly | bytes |\n|---|---|");
    for (what, path) in [
        ("the command's WASI module", module().clone()),
        ("the browser's module", page_module(&site)?),
        ("the plugin", file("qcow2_stream_plugin.wasm")),
        ("the plugin, SIMD", file("qcow2_stream_plugin_simd128.wasm")),
        ("the plugin as a component", file("qcow2_stream_plugin.component.wasm")),
    ] {
        let length = fs::metadata(&path).with_context(|| path.display().to_string())?.len();
        println!("| {what} | {length} |");
    }
    println!();
    Ok(())
}

fn browser(scratch: &Path) -> Result<()> {
    println!(
        "1 GiB of random bytes in Chromium, against the quickest that a page can do at all:\n"
    );
    fenced(bench("page-speed").env("TMPDIR", scratch))
}

fn plugin(scratch: &Path) -> Result<()> {
    println!("1 GiB of random bytes in memory, against the core itself:\n");
    let artefacts = artefacts(scratch)?;
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugin/hosts/rust/Cargo.toml");
    let mut bench =
        cargo(&["bench", "--quiet", "--locked", "--manifest-path", manifest, "--target-dir"]);
    fenced(bench.arg(cache().join("plugin-hosts")).arg("--").arg(artefacts))
}

fn counts(_: &Path) -> Result<()> {
    show(&mut bench("counts"))
}

/// Where the plugin's files are, which are built.
fn artefacts(scratch: &Path) -> Result<std::path::PathBuf> {
    let folder = scratch.join("plugin");
    finish(cargo(&["run", "--quiet", "--locked", "-p", "plugin-build", "--"]).arg(&folder))?;
    Ok(folder)
}

/// Another bench of this package.
fn bench(name: &str) -> Command {
    cargo(&["bench", "--quiet", "--locked", "-p", "qcow2-stream-tests", "--bench", name])
}

fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs a bench that prints lines, not Markdown.
fn fenced(bench: &mut Command) -> Result<()> {
    println!("```text");
    let status = bench.status();
    println!("```\n");
    ensure!(status.as_ref().is_ok_and(ExitStatus::success), "{bench:?}: {status:?}");
    Ok(())
}

/// Runs a bench that prints Markdown.
fn show(bench: &mut Command) -> Result<()> {
    let status = bench.status().with_context(|| format!("{bench:?}"))?;
    ensure!(status.success(), "{bench:?}: {status}");
    println!();
    Ok(())
}
