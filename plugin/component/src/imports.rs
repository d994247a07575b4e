//! What the host gives.

use alloc::string::String;
use core::ops::ControlFlow;

use qcow2_stream_plugin_boundary::{
    NextData, Phase, Progress, Sink, Source, Text, Trouble, Watch, room_for,
};

use crate::bindings::qcow2_stream::plugin::host;

/// What a host's words may take, in bytes, and its answer beside them.
const WORDS: usize = 4096;

/// A source of the host.
pub(crate) struct HostSource<'a>(pub(crate) &'a host::Source);

/// A sink of the host.
pub(crate) struct HostSink<'a>(pub(crate) &'a host::Sink);

/// The host's ear, if it has one.
pub(crate) struct HostWatch<'a>(pub(crate) Option<&'a host::Watch>);

impl Source for HostSource<'_> {
    fn size(&mut self) -> Result<u64, Trouble> {
        room(0)?;
        self.0.size().map_err(said)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Trouble> {
        room(buffer.len())?;
        let length = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let bytes = self.0.read_at(offset, length).map_err(said)?;
        // More bytes than were asked for are refused by their count.
        if let Some(front) = buffer.get_mut(..bytes.len()) {
            front.copy_from_slice(&bytes);
        }
        Ok(bytes.len())
    }

    fn next_data(&mut self, offset: u64) -> Result<NextData, Trouble> {
        room(0)?;
        Ok(match self.0.next_data(offset).map_err(said)? {
            host::NextData::Unknown => NextData::Unknown,
            host::NextData::None => NextData::None,
            host::NextData::Range(range) => NextData::Range(range.start..range.end),
        })
    }
}

impl Sink for HostSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Trouble> {
        room(0)?;
        let taken = self.0.write(bytes).map_err(said)?;
        Ok(usize::try_from(taken).unwrap_or(usize::MAX))
    }
}

impl Watch for HostWatch<'_> {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        let phase = match progress.phase {
            Phase::Scan => host::Phase::Scan,
            Phase::Emit => host::Phase::Emit,
        };
        let progress = host::Progress { phase, done: progress.bytes, total: progress.total };
        match self.0.map(|watch| watch.progress(progress)) {
            None | Some(host::Verdict::GoOn) => ControlFlow::Continue(()),
            Some(host::Verdict::Cancel) => ControlFlow::Break(()),
        }
    }
}

/// The component model has no way to say that there is no memory for what a host hands over, so there has to be.
fn room(bytes: usize) -> Result<(), Trouble> {
    let wanted = bytes.saturating_add(WORDS);
    room_for(wanted).map_err(|_| Trouble::NoRoom(wanted))
}

#[allow(clippy::needless_pass_by_value)] // For `map_err`.
fn said(words: String) -> Trouble {
    Trouble::Said(Text::new(format_args!("{words}")))
}
