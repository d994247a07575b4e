//! How far a conversion has got.

/// One of the two passes over the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Phase {
    /// Learning which clusters hold data.
    Scan,
    /// Writing the image.
    Emit,
}

/// An event: this much of a phase is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub struct Progress {
    /// The pass that is under way.
    pub phase: Phase,
    /// Bytes done: of the source while scanning (holes count as done), of the image while emitting.
    pub bytes: u64,
    /// Bytes that the phase has in all. Never less than `bytes`.
    pub total: u64,
}
