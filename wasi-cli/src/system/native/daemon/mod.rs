//! Disks of other formats than raw: qemu-storage-daemon reads them, as a child of this program, and tells their bytes
//! over NBD.
//!
//! Images come from strangers, so the daemon is confined by the kernel ([`sandbox`]), and what it has made of an image is
//! looked at before a byte of it is used ([`files`]).

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod allowed_calls;
mod checked;
mod child;
mod command;
mod cut;
#[cfg(target_os = "linux")]
mod descriptors;
mod files;
mod graph;
#[cfg(target_os = "linux")]
mod guard;
mod nodes;
#[cfg(target_os = "linux")]
mod opened;
#[cfg(not(target_os = "linux"))]
#[path = "opened_by_name.rs"]
mod opened;
#[cfg(target_os = "linux")]
mod privileges;
#[cfg(target_os = "linux")]
mod proc;
mod program;
mod qmp;
mod refusal;
#[cfg(target_os = "linux")]
mod sandbox;
mod socket;
mod source;
mod start;
#[cfg(target_os = "linux")]
#[cfg_attr(
    not(all(target_pointer_width = "64", any(target_arch = "x86_64", target_arch = "aarch64"))),
    path = "unfiltered.rs"
)]
mod syscalls;
mod whole;

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde_json::json;

use checked::Checked;
use child::Child;
use files::{Kept, Permission};
use nodes::Node;
use opened::Opened;
use qmp::{Qmp, QmpError};
use socket::Door;
use start::Start;
use whole::Tree;

use crate::progress::Listener;

#[cfg(target_os = "linux")]
pub(crate) use guard::become_if_asked;
pub(crate) use program::version;
pub(crate) use source::ImageSource;

/// What is said when a signal ends the look at an image.
const STOPPED: &str = "a signal has ended the look at the image";

/// A daemon has failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Error(String);

/// A daemon that exports a disk.
#[derive(Debug)]
struct Daemon {
    child: Child,
    /// Open as long as the daemon is to be.
    _qmp: Qmp,
    /// All files that it reads, the input first.
    files: Vec<Kept>,
}

impl Daemon {
    /// Starts a daemon that exports a disk, and returns the way to it. The export is [`nodes::DISK`].
    fn start(image: &Image<'_>, listener: Listener<'_>) -> Result<(Self, Door)> {
        let start = Start::new(image)?;
        if Checked::new(&mut *listener, start.input.size()).at(0).is_break() {
            bail!(STOPPED);
        }
        let (mut child, qmp, door) = start.spawn()?;
        match export(qmp, &start, image, child.id(), listener) {
            Ok((qmp, others)) => {
                let files = [start.input].into_iter().chain(others).collect();
                Ok((Self { child, _qmp: qmp, files }, door))
            }
            Err(Failed::Gone(error)) if is_end(&error) => Err(anyhow!(child.fate())),
            Err(Failed::Gone(error)) => Err(anyhow!(error).context(child.fate())),
            Err(Failed::Refused(error)) => Err(error),
        }
    }
}

/// Only on Linux the daemon needs this program's help to start.
#[cfg(not(target_os = "linux"))]
pub(crate) fn become_if_asked() -> Option<std::process::ExitCode> {
    None
}

/// An image, as the user names it.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    /// The file.
    pub(crate) path: &'a Path,
    /// QEMU's name for its format.
    pub(crate) format: &'a str,
    /// What else may be read: files and folders.
    pub(crate) allowed: &'a [std::path::PathBuf],
}

/// What this system lacks of what would confine a daemon that an image has taken over.
pub(crate) fn lacks() -> Vec<&'static str> {
    #[cfg(target_os = "linux")]
    let can =
        [("Landlock", sandbox::is_available()), ("seccomp filters", syscalls::is_available())];
    #[cfg(not(target_os = "linux"))]
    let can = [("what Linux has for that", false)];
    can.into_iter().filter(|(_, can)| !can).map(|(what, _)| what).collect()
}

/// Why a disk is not exported.
enum Failed {
    /// The daemon has ended, or is as good as that.
    Gone(io::Error),
    /// The disk is not to be had.
    Refused(anyhow::Error),
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self::Refused(error)
    }
}

/// Whether an error is just what the end of the other process looks like.
fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

/// Lets the daemon, whose number is `id`, open the disk, looks at what it has opened, and lets it export that.
fn export(
    qmp: UnixStream,
    start: &Start,
    image: &Image<'_>,
    id: u32,
    listener: Listener<'_>,
) -> Result<(Qmp, Vec<Kept>), Failed> {
    let failed = |error| match error {
        QmpError::Gone(error) => Failed::Gone(error),
        QmpError::Stopped => Failed::Refused(anyhow!(STOPPED)),
        QmpError::Refused(reason) => {
            let why = refusal::explain(&reason, image.format, &start.folder, start.name());
            Failed::Refused(anyhow!(why))
        }
    };
    let mut qmp = Qmp::open(qmp).map_err(failed)?;
    let file = nodes::file(start.driver, start.name());
    qmp.order("blockdev-add", &file).map_err(failed)?;
    qmp.order("blockdev-add", &nodes::disk(image.format)).map_err(failed)?;
    let nodes = tree(&mut qmp).map_err(failed)?;
    let permission =
        Permission { folder: &start.folder, input: &start.input, allowed: &start.allowed };
    let others = permission.check(&nodes, Opened::by(id)?)?;
    Tree { nodes: &nodes, input: &start.input, others: &others }.check(listener)?;
    qmp.order("block-export-add", &nodes::export()).map_err(failed)?;
    Ok((qmp, others))
}

/// The nodes that the daemon has made.
fn tree(qmp: &mut Qmp) -> Result<Vec<Node>, QmpError> {
    let mut nodes: Vec<Node> = qmp.execute("query-named-block-nodes", &json!({ "flat": true }))?;
    graph::connect(&mut nodes, qmp.execute(graph::QUERY, &json!({}))?);
    Ok(nodes)
}
