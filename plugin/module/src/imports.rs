//! What the host gives. A host names its sources and sinks by numbers of its own.
#![allow(unsafe_code)] // Calls out of the module.

use core::ops::ControlFlow;

use qcow2_stream_plugin_boundary::{NextData, Phase, Progress, Sink, Source, Text, Trouble, Watch};

#[link(wasm_import_module = "qcow2_stream")]
unsafe extern "C" {
    safe fn size(source: u32) -> i64;
    fn read_at(source: u32, offset: u64, bytes: *mut u8, length: u32) -> i32;
    fn next_data(source: u32, offset: u64, range: *mut [u64; 2]) -> i32;
    fn write(sink: u32, bytes: *const u8, length: u32) -> i32;
    safe fn progress(id: u32, phase: u32, done: u64, total: u64) -> i32;
}

/// A source of the host.
pub(crate) struct HostSource(pub(crate) u32);

/// A sink of the host.
pub(crate) struct HostSink(pub(crate) u32);

/// The host's ear, under the number of the source that is read or the sink that is written.
pub(crate) struct HostWatch(pub(crate) u32);

impl Source for HostSource {
    fn size(&mut self) -> Result<u64, Trouble> {
        let answer = size(self.0);
        u64::try_from(answer).map_err(|_| said(answer))
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Trouble> {
        // SAFETY: the host gets a part of the memory that is lent to it for this call, with its length.
        let answer = unsafe { read_at(self.0, offset, buffer.as_mut_ptr(), length(buffer.len())) };
        count(answer)
    }

    fn next_data(&mut self, offset: u64) -> Result<NextData, Trouble> {
        let mut range = [0; 2];
        // SAFETY: the host gets 16 bytes that are lent to it for this call.
        let answer = unsafe { next_data(self.0, offset, &raw mut range) };
        match answer {
            0 => Ok(NextData::Unknown),
            1 => Ok(NextData::Range(range[0]..range[1])),
            2 => Ok(NextData::None),
            _ => Err(said(answer.into())),
        }
    }
}

impl Sink for HostSink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Trouble> {
        // SAFETY: the host may read these bytes during this call.
        count(unsafe { write(self.0, bytes.as_ptr(), length(bytes.len())) })
    }
}

impl Watch for HostWatch {
    fn progress(&mut self, Progress { phase, bytes, total }: Progress) -> ControlFlow<()> {
        let phase = match phase {
            Phase::Scan => 0,
            Phase::Emit => 1,
        };
        match progress(self.0, phase, bytes, total) {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}

/// Lossless: an address has 32 bits.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn count(answer: i32) -> Result<usize, Trouble> {
    usize::try_from(answer).map_err(|_| said(answer.into()))
}

fn said(answer: i64) -> Trouble {
    Trouble::Said(Text::new(format_args!("the host answered {answer}")))
}
