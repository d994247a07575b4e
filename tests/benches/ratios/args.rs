//! What the caller asks for.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;

/// Measures the command against other tools, side by side in one run, and prints Markdown.
#[derive(Parser)]
#[command(name = "tests/bench")]
pub(crate) struct Args {
    /// The folder in which disks are made for a while. Its file system is that of the rows without one of their own.
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    pub(crate) folder: PathBuf,
    /// QEMU's qcow2-to-stdout.py, which has no package.
    #[arg(long, value_name = "PATH")]
    pub(crate) script: Option<PathBuf>,
    /// How often each contender runs; they take turns.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// The rows to measure; without any, all of them.
    pub(crate) rows: Vec<String>,
    /// Where the other paths are meant from.
    #[arg(long, hide = true, default_value = ".")]
    from: PathBuf,
    /// What cargo says to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Args {
    /// The arguments with absolute paths, the rows among those that exist.
    pub(crate) fn read(known: &[&str]) -> Result<Self> {
        let mut args = Self::parse();
        let stranger = args.rows.iter().find(|row| !known.contains(&row.as_str()));
        if let Some(row) = stranger {
            anyhow::bail!("there is no row {row}; there are {}", known.join(", "));
        }
        args.folder = args.from.join(&args.folder);
        ensure!(args.folder.is_dir(), "{} is no folder", args.folder.display());
        if let Some(script) = &args.script {
            let script = args.from.join(script);
            args.script =
                Some(script.canonicalize().with_context(|| script.display().to_string())?);
        }
        Ok(args)
    }

    /// Whether a row is asked for.
    pub(crate) fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }
}
