//! What the host calls. A negative result is a code, and [`error_message`] has its text.
#![allow(unsafe_code)] // Names that the host knows the functions by.

use qcow2_stream_plugin_boundary::{Choices, Code, Failure, LayoutSummary, Plan};

use crate::blocks::Blocks;
use crate::imports::{HostSink, HostSource, HostWatch};
use crate::state::{last_text, with};

/// The version of this interface.
const ABI_VERSION: u32 = 1;

/// The version of this interface. It changes when a host of the one before would not work.
#[unsafe(no_mangle)]
extern "C" fn abi_version() -> u32 {
    ABI_VERSION
}

/// A block of memory for arguments and results, all zeros; 0 if there is none.
#[unsafe(no_mangle)]
extern "C" fn alloc(length: u32) -> u32 {
    let address: i64 = with(|state| state.blocks.allocate(length).map(i64::from));
    u32::try_from(address).unwrap_or(0)
}

/// Gives a block back.
#[unsafe(no_mangle)]
extern "C" fn free(block: u32) -> i32 {
    with(|state| state.blocks.free(block).map(|()| 0))
}

/// Reads a source once and plans its image: a handle.
#[unsafe(no_mangle)]
extern "C" fn plan(
    source: u32,
    cluster_size: u32,
    refcount_bits: u32,
    data_file: u32,
    name: u32,
    name_length: u32,
) -> i32 {
    with(|state| {
        let data_file = data_file_name(&mut state.blocks, data_file, name, name_length)?;
        let choices = Choices {
            cluster_size: cluster_size.into(),
            refcount_bits: refcount_bits.into(),
            data_file: data_file.map(|(name, _)| name),
            data_file_raw: data_file.is_some_and(|(_, raw)| raw),
        };
        let plan = Plan::new(&mut HostSource(source), choices, &mut HostWatch(source))?;
        state.plans.add(source, plan)
    })
}

/// The name of the data file and whether it is raw.
fn data_file_name(
    blocks: &mut Blocks,
    kind: u32,
    name: u32,
    length: u32,
) -> Result<Option<(&[u8], bool)>, Failure> {
    match kind {
        0 => Ok(None),
        1 | 2 => Ok(Some((blocks.bytes(name, length)?, kind == 2))),
        _ => Err(Failure::new(
            Code::InvalidOption,
            format_args!("options: data file {kind}; 0 is none, 1 a data file, 2 a raw one"),
        )),
    }
}

/// The exact length of the image in bytes.
#[unsafe(no_mangle)]
extern "C" fn length(plan: i32) -> i64 {
    // A layout's offsets end far below 2^63.
    with(|state| Ok(i64::try_from(state.plans.get(plan)?.plan.length()).unwrap_or(i64::MAX)))
}

/// The figures of the image, as seven little-endian numbers of 8 bytes.
#[unsafe(no_mangle)]
extern "C" fn summary(plan: i32, figures: u32) -> i32 {
    with(|state| {
        let figures_of = state.plans.get(plan)?.plan.summary();
        let bytes = state.blocks.bytes(figures, 56)?;
        for (to, from) in bytes.chunks_exact_mut(8).zip(in_order(&figures_of)) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Ok(0)
    })
}

/// The order of `struct qcow2_stream_summary`.
const fn in_order(summary: &LayoutSummary) -> [u64; 7] {
    [
        summary.required,
        summary.fully_allocated,
        summary.virtual_size,
        summary.cluster_size,
        summary.refcount_bits,
        summary.allocated_clusters,
        summary.metadata_bytes,
    ]
}

/// Writes the image from offset `start` to offset `end`, or to its end.
#[unsafe(no_mangle)]
extern "C" fn run(plan: i32, sink: u32, start: u64, end: u64) -> i32 {
    with(|state| {
        let held = state.plans.get(plan)?;
        let mut source = HostSource(held.source);
        held.plan.run(start..end, &mut source, &mut HostSink(sink), &mut HostWatch(sink))?;
        Ok(0)
    })
}

/// Fills memory with the image from an offset on: how many bytes, fewer than asked for at its end only.
#[unsafe(no_mangle)]
extern "C" fn read_at(plan: i32, offset: u64, bytes: u32, length: u32) -> i32 {
    with(|state| {
        let held = state.plans.get(plan)?;
        // What does not fit into the result is not read.
        let length = length.min(i32::MAX.unsigned_abs());
        let bytes = state.blocks.bytes(bytes, length)?;
        let read = held.plan.read_at(&mut HostSource(held.source), offset, bytes)?;
        Ok(i32::try_from(read).unwrap_or(i32::MAX))
    })
}

/// Forgets a plan.
#[unsafe(no_mangle)]
extern "C" fn release(plan: i32) -> i32 {
    with(|state| state.plans.remove(plan).map(|()| 0))
}

/// Where the text of the last failure is: UTF-8, without a NUL at its end.
#[unsafe(no_mangle)]
extern "C" fn error_message() -> *const u8 {
    last_text().0
}

/// How long it is, in bytes.
#[unsafe(no_mangle)]
extern "C" fn error_length() -> u32 {
    u32::try_from(last_text().1).unwrap_or(0)
}
