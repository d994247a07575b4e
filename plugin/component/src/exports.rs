//! What the host calls.

use alloc::string::String;
use alloc::vec::Vec;

use qcow2_stream_plugin_boundary::{Choices, Code, Failure, LayoutSummary, Plan};

use crate::bindings::Plugin;
use crate::bindings::exports::qcow2_stream::plugin::convert::{
    self, ByteRange, Error, ErrorCode, Guest, GuestPlan, Options, Summary,
};
use crate::bindings::qcow2_stream::plugin::host::{Sink, Source, Watch};
use crate::imports::{HostSink, HostSource, HostWatch};

impl Guest for Plugin {
    type Plan = Planned;
}

/// A plan and its source.
#[allow(unreachable_pub)] // It is the type of a public trait.
pub struct Planned {
    plan: Plan,
    source: Source,
}

impl GuestPlan for Planned {
    fn make(
        source: Source,
        options: Options,
        watch: Option<&Watch>,
    ) -> Result<convert::Plan, Error> {
        let data_file = options.data_file.as_ref();
        let choices = Choices {
            cluster_size: given(options.cluster_size)?,
            refcount_bits: given(options.refcount_bits)?,
            data_file: data_file.map(|file| file.name.as_bytes()),
            data_file_raw: data_file.is_some_and(|file| file.raw),
        };
        let plan = Plan::new(&mut HostSource(&source), choices, &mut HostWatch(watch))?;
        qcow2_stream_plugin_boundary::room_for(size_of::<Self>())?;
        Ok(convert::Plan::new(Self { plan, source }))
    }

    fn length(&self) -> u64 {
        self.plan.length()
    }

    fn summary(&self) -> Summary {
        self.plan.summary().into()
    }

    fn run(
        &self,
        sink: &Sink,
        part: Option<ByteRange>,
        watch: Option<&Watch>,
    ) -> Result<(), Error> {
        let range = part.map_or(0..u64::MAX, |part| part.start..part.end);
        let mut source = HostSource(&self.source);
        let sink = &mut HostSink(sink);
        Ok(self.plan.run(range, &mut source, sink, &mut HostWatch(watch))?)
    }

    fn read_at(&self, offset: u64, length: u32) -> Result<Vec<u8>, Error> {
        let left = self.plan.length().saturating_sub(offset).min(length.into());
        let wanted = usize::try_from(left).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(wanted).map_err(|_| Failure::memory(wanted))?;
        bytes.resize(wanted, 0);
        let read = self.plan.read_at(&mut HostSource(&self.source), offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }
}

/// The boundary takes 0 for the default, which nobody asks for by that number here.
fn given(option: Option<u32>) -> Result<u64, Failure> {
    match option {
        Some(0) => Err(Failure::new(Code::InvalidOption, format_args!("options: 0 is no size"))),
        value => Ok(value.unwrap_or(0).into()),
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let mut message = String::new();
        if message.try_reserve_exact(failure.text().len()).is_ok() {
            message.push_str(failure.text());
        }
        Self { code: failure.code.into(), message }
    }
}

impl From<Code> for ErrorCode {
    fn from(code: Code) -> Self {
        match code {
            Code::Source => Self::Source,
            Code::SourceEnded => Self::SourceEnded,
            Code::SourceAnswer => Self::SourceAnswer,
            Code::SourceChanged => Self::SourceChanged,
            Code::Sink => Self::Sink,
            Code::SinkAnswer => Self::SinkAnswer,
            Code::InvalidOption => Self::InvalidOption,
            Code::Refused => Self::Refused,
            Code::Memory => Self::Memory,
            Code::Cancelled => Self::Cancelled,
            Code::Argument => Self::Argument,
            Code::Busy => Self::Busy,
            Code::Defect => Self::Defect,
        }
    }
}

impl From<LayoutSummary> for Summary {
    fn from(summary: LayoutSummary) -> Self {
        Self {
            required: summary.required,
            fully_allocated: summary.fully_allocated,
            virtual_size: summary.virtual_size,
            cluster_size: summary.cluster_size,
            refcount_bits: summary.refcount_bits,
            allocated_clusters: summary.allocated_clusters,
            metadata_bytes: summary.metadata_bytes,
        }
    }
}
