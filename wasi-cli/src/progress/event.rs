//! What there is to report.

use std::ops::ControlFlow;

use qcow2_stream::Progress;
use serde::Serialize;

/// Somebody who is told how far it has got, and may end it.
pub(crate) type Listener<'a> = &'a mut dyn FnMut(Event) -> ControlFlow<()>;

/// What is done to a disk, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// An image of another format is opened, and its tables are checked.
    #[cfg_attr(target_os = "wasi", allow(dead_code, reason = "it reads no image"))]
    Check,
    /// Learning which clusters hold data.
    Scan,
    /// Writing the image.
    Emit,
}

/// This much of a phase is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Event {
    /// The phase that is under way.
    pub(crate) phase: Phase,
    /// Bytes done: of the files of an image while checking, of the disk while scanning, of the image while emitting.
    pub(crate) bytes: u64,
    /// Bytes that the phase has in all. Never less than `bytes`. It grows while an image is opened that has more files.
    pub(crate) total: u64,
}

impl From<Progress> for Event {
    fn from(progress: Progress) -> Self {
        let phase = match progress.phase {
            qcow2_stream::Phase::Scan => Phase::Scan,
            qcow2_stream::Phase::Emit => Phase::Emit,
        };
        Self { phase, bytes: progress.bytes, total: progress.total }
    }
}
