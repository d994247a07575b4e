//! What went wrong, as a number.

/// Why something failed. The numbers are part of the module's interface: they stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// The source failed.
    Source = 1,
    /// The source ended before the size that it had given.
    SourceEnded = 2,
    /// The source gave an answer that makes no sense.
    SourceAnswer = 3,
    /// The source has another size than when it was planned.
    SourceChanged = 4,
    /// The sink failed.
    Sink = 5,
    /// The sink took nothing, or said that it took more than it was given.
    SinkAnswer = 6,
    /// An option has a value that it cannot have.
    InvalidOption = 7,
    /// No image with these options can hold this disk.
    Refused = 8,
    /// No memory is left.
    Memory = 9,
    /// The host asked to stop.
    Cancelled = 10,
    /// An argument that is no handle, no block, or no range of the image.
    Argument = 11,
    /// A call from within an import, or after one that threw, or after a trap.
    Busy = 12,
    /// A defect of this library.
    Defect = 13,
}

const BUSY: &str = "a call from within an import, or after an import that threw, or after a trap: \
    return from the import, or discard this instance";

impl Code {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 13] = [
        Self::Source,
        Self::SourceEnded,
        Self::SourceAnswer,
        Self::SourceChanged,
        Self::Sink,
        Self::SinkAnswer,
        Self::InvalidOption,
        Self::Refused,
        Self::Memory,
        Self::Cancelled,
        Self::Argument,
        Self::Busy,
        Self::Defect,
    ];

    /// The number: from 1 on.
    #[must_use]
    pub const fn number(self) -> u8 {
        // Lossless: it is the representation. `From` is not const.
        #[allow(clippy::as_conversions)]
        let number = self as u8;
        number
    }

    /// What to say where there is no memory for more.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Source => "source: it failed",
            Self::SourceEnded => "source: it ended early",
            Self::SourceAnswer => "source: its answer makes no sense",
            Self::SourceChanged => "source: its size changed",
            Self::Sink => "sink: it failed",
            Self::SinkAnswer => "sink: its answer makes no sense",
            Self::InvalidOption => "options: a value that cannot be",
            Self::Refused => "no image with these options can hold this disk",
            Self::Memory => "out of memory",
            Self::Cancelled => "cancelled",
            Self::Argument => "argument: a value that cannot be",
            Self::Busy => BUSY,
            Self::Defect => "a defect; please report this",
        }
    }
}
