//! What the host calls.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::ManuallyDrop;

use qcow2_stream_plugin_boundary::{Choices, Code, Failure, LayoutSummary, Plan};

use crate::bindings::Plugin;
use crate::bindings::exports::qcow2_stream::plugin::convert::{
    self, ByteRange, Error, ErrorCode, Guest, GuestPlan, Options, Summary,
};
use crate::bindings::qcow2_stream::plugin::host::{Sink, Source, Watch};
use crate::guard::Call;
use crate::imports::{HostSink, HostSource, HostWatch};

impl Guest for Plugin {
    type Plan = Planned;
}

/// A plan with its source. A call holds it, too, as long as it lasts: jco lets a host dispose of a plan that runs.
#[allow(unreachable_pub)] // It is the type of a public trait.
pub struct Planned(Rc<Held>);

struct Held {
    plan: Plan,
    source: Source,
}

impl Planned {
    /// What a call uses, so that it never looks at `self` again, which may be gone. Not inlined, or the compiler could
    /// read the pointer from there once more.
    #[inline(never)]
    fn hold(&self) -> Rc<Held> {
        Rc::clone(&self.0)
    }
}

impl GuestPlan for Planned {
    fn make(
        source: Source,
        options: Options,
        watch: Option<&Watch>,
    ) -> Result<convert::Plan, Error> {
        // From within an import it may be the very handle of the source that is being read, under jco: not dropped then.
        let source = ManuallyDrop::new(source);
        let _call = Call::begin()?;
        let source = ManuallyDrop::into_inner(source);
        let data_file = options.data_file.as_ref();
        let choices = Choices {
            cluster_size: given(options.cluster_size)?,
            refcount_bits: given(options.refcount_bits)?,
            data_file: data_file.map(|file| file.name.as_bytes()),
            data_file_raw: data_file.is_some_and(|file| file.raw),
        };
        let plan = Plan::new(&mut HostSource(&source), choices, &mut HostWatch(watch))?;
        // For what is held, its counts, and what is generated around them.
        qcow2_stream_plugin_boundary::room_for(2 * size_of::<Held>())?;
        Ok(convert::Plan::new(Self(Rc::new(Held { plan, source }))))
    }

    fn length(&self) -> u64 {
        self.0.plan.length()
    }

    fn summary(&self) -> Summary {
        self.0.plan.summary().into()
    }

    fn run(
        &self,
        sink: &Sink,
        part: Option<ByteRange>,
        watch: Option<&Watch>,
    ) -> Result<(), Error> {
        let _call = Call::begin()?;
        let held = self.hold();
        let range = part.map_or(0..u64::MAX, |part| part.start..part.end);
        let mut source = HostSource(&held.source);
        let sink = &mut HostSink(sink);
        Ok(held.plan.run(range, &mut source, sink, &mut HostWatch(watch))?)
    }

    fn read_at(&self, offset: u64, length: u32) -> Result<Vec<u8>, Error> {
        let _call = Call::begin()?;
        let held = self.hold();
        let left = held.plan.length().saturating_sub(offset).min(length.into());
        let wanted = usize::try_from(left).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(wanted).map_err(|_| Failure::memory(wanted))?;
        bytes.resize(wanted, 0);
        let read = held.plan.read_at(&mut HostSource(&held.source), offset, &mut bytes)?;
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
