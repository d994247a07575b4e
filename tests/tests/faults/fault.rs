//! Which faults there are, and which of them a call can meet.

use std::fmt;

use crate::call::{Call, Class};

/// What goes wrong.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    ReadError,
    WriteError,
    /// Of a call that moves nothing.
    OtherError,
    Interrupted,
    WouldBlock,
    /// The source says "interrupted" for ever, as a file system in user space can.
    SourceInterrupted,
    /// The source says "try again" for ever.
    SourceBusy,
    /// The sink says "interrupted" for ever.
    SinkInterrupted,
    /// The sink says "try again" for ever, though it is ready.
    SinkBusy,
    ShortRead,
    ShortWrite,
    /// The source has no more bytes.
    End,
    /// The sink takes no byte, and does not say why.
    Stuck,
    FullDisk,
    ClosedPipe,
    /// The system or the file cannot do that.
    Unsupported,
    /// The process that reads the disk dies before the call.
    Killed,
}

use Kind::{
    ClosedPipe, End, FullDisk, Interrupted, Killed, OtherError, ReadError, ShortRead, ShortWrite,
    SinkBusy, SinkInterrupted, SourceBusy, SourceInterrupted, Stuck, Unsupported, WouldBlock,
    WriteError,
};

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReadError => "read error",
            WriteError => "write error",
            OtherError => "other error",
            Interrupted => "interrupted",
            WouldBlock => "would block",
            SourceInterrupted => "source interrupted",
            SourceBusy => "source busy",
            SinkInterrupted => "sink interrupted",
            SinkBusy => "sink busy",
            ShortRead => "short read",
            ShortWrite => "short write",
            End => "early end",
            Stuck => "nothing written",
            FullDisk => "full disk",
            ClosedPipe => "closed pipe",
            Unsupported => "unsupported",
            Killed => "daemon killed",
        })
    }
}

impl Kind {
    /// Whether it is an error and no more.
    pub(crate) fn is_error(self) -> bool {
        matches!(self, ReadError | WriteError | OtherError)
    }
}

/// What is done to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    /// It isn't made, and returns this.
    Return(i64),
    /// It moves fewer bytes than it is asked to.
    MoveLess,
    /// Before it is made, the processes die that its process has started.
    KillChildren,
}

/// A fault of a certain call.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The call, and which of those like it, counted from 1.
    call: Call,
    pub(crate) nth: usize,
    pub(crate) kind: Kind,
    /// Whether it lasts: then all later transfers on that side meet it, too.
    pub(crate) lasting: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, nth, kind, lasting } = self;
        let lasting = if *lasting { ", from then on" } else { "" };
        let sides = match (call.sides.input, call.sides.output) {
            (true, true) => "both",
            (true, false) => "input",
            _ => "output",
        };
        write!(f, "{} {nth} ({sides}): {kind}{lasting}", call.name)
    }
}

impl Fault {
    pub(crate) fn new(call: Call, nth: usize, kind: Kind, lasting: bool) -> Self {
        Self { call, nth, kind, lasting }
    }

    /// The call that meets it first.
    pub(crate) fn call(&self) -> Call {
        self.call
    }

    /// Whether a call is one of those among which it is counted.
    pub(crate) fn is_of(&self, call: &Call) -> bool {
        call.name == self.call.name && call.sides == self.call.sides
    }

    /// Whether a later call meets it, too, if it lasts.
    pub(crate) fn spreads_to(&self, call: &Call) -> bool {
        let (own, sides) = (self.call.sides, call.sides);
        let same_side = match self.kind {
            // Bytes come from the one side, and go to the other.
            ReadError | End | SourceInterrupted | SourceBusy if own.input => sides.input,
            _ if own.output => sides.output,
            _ => sides.input,
        };
        same_side && self.classes().contains(&call.class)
    }

    /// What the calls do that meet it, too, if it lasts.
    pub(crate) fn classes(&self) -> &'static [Class] {
        match self.kind {
            ReadError | SourceInterrupted | SourceBusy => &[Class::Read, Class::Move],
            End => &[Class::Read],
            Unsupported => &[Class::Move],
            _ => &[Class::Write, Class::Move],
        }
    }

    /// What is to be done.
    pub(crate) fn action(&self) -> Action {
        let error = |number: i32| Action::Return(-i64::from(number));
        match self.kind {
            ReadError | WriteError | OtherError => error(libc::EIO),
            Interrupted | SourceInterrupted | SinkInterrupted => error(libc::EINTR),
            WouldBlock | SourceBusy | SinkBusy => error(libc::EAGAIN),
            FullDisk => error(libc::ENOSPC),
            ClosedPipe => error(libc::EPIPE),
            Unsupported => error(libc::EINVAL),
            End | Stuck => Action::Return(0),
            ShortRead | ShortWrite => Action::MoveLess,
            Killed => Action::KillChildren,
        }
    }
}

/// All kinds that a call can meet, and whether they last. `is_file` says that the output is a file.
pub(crate) fn kinds(call: &Call, is_file: bool) -> Vec<(Kind, bool)> {
    let once = |kinds: &[Kind]| kinds.iter().map(|kind| (*kind, false)).collect::<Vec<_>>();
    let broken = if is_file && call.sides.output { FullDisk } else { ClosedPipe };
    let (mut kinds, short) = match call.class {
        Class::Read => {
            let mut kinds = once(&[ReadError, Interrupted, WouldBlock, End]);
            kinds.extend([(ReadError, true), (End, true)]);
            kinds.extend([(SourceInterrupted, true), (SourceBusy, true)]);
            (kinds, Some(ShortRead))
        }
        Class::Write => {
            let mut kinds = once(&[WriteError, Interrupted, WouldBlock, Stuck]);
            kinds.extend([(WriteError, true), (broken, true)]);
            let busy = [(SinkInterrupted, true), (SinkBusy, true)];
            kinds.extend(busy.into_iter().filter(|_| call.sides.output));
            (kinds, Some(ShortWrite))
        }
        Class::Move => {
            let mut kinds = once(&[OtherError, Interrupted, WouldBlock, Stuck]);
            kinds.push((Unsupported, true));
            if call.sides.input {
                kinds.extend([ReadError, SourceInterrupted, SourceBusy].map(|kind| (kind, true)));
            }
            if call.sides.output {
                let lasting = [WriteError, broken, SinkInterrupted, SinkBusy];
                kinds.extend(lasting.map(|kind| (kind, true)));
            }
            (kinds, Some(ShortWrite))
        }
        // There, lack of room is known before it is needed.
        Class::Other if call.name == "fallocate" => {
            (once(&[OtherError, Interrupted, FullDisk]), None)
        }
        Class::Wait | Class::Other => (once(&[OtherError, Interrupted]), None),
        Class::Close => (once(&[OtherError]), None),
    };
    kinds.extend(short.filter(|_| call.divisible).map(|kind| (kind, false)));
    kinds
}
