//! The first pass. Several threads share a large file: where it is in the cache, they test it for zeros side by side; where it
//! is not, several reads are under way.

mod pieces;
mod work;

use std::num::NonZero;
use std::ops::ControlFlow;
use std::thread;

use qcow2_stream::{DataFile, Error, Layout, Options, Phase, Progress, ReadAt};

use crate::input::Input;
use crate::source::{FileSource, SourceError};
use work::Work;

/// A smaller file is read before threads have started.
const LARGE: u64 = 16 << 20;

/// A processor that waits for the disk can serve two readers; more than this, and memory is what they wait for.
const READERS: std::ops::RangeInclusive<usize> = 2..=4;

/// What a reader reads at once, in bytes: so little that it is still in the processor's cache when it is tested.
const BUFFER: usize = 256 << 10;

/// As [`qcow2_stream::scan`].
pub(crate) fn scan(
    input: &mut Input,
    options: &Options,
    buffer: &mut [u8],
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Layout, Error<SourceError>> {
    let size = input.size().map_err(|error| Error::Source { offset: 0, error })?;
    let is_raw = matches!(options.data_file, Some(DataFile { raw: true, .. }));
    match input {
        Input::File(file) if size >= LARGE && !is_raw => {
            share(file, size, options, buffer, progress)
        }
        input => qcow2_stream::scan(input, options, buffer, progress),
    }
}

fn share(
    file: &mut FileSource,
    total: u64,
    options: &Options,
    buffer: &mut [u8],
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Layout, Error<SourceError>> {
    options.check(total)?;
    let mut report = |bytes| progress(Progress { phase: Phase::Scan, bytes, total });
    let work = Work::new(file.clone(), total, options.cluster_size);
    let length = buffer.len().min(BUFFER);
    thread::scope(|scope| {
        for _ in 1..readers() {
            let source = file.clone();
            // One that can't be started is done without.
            let _ = thread::Builder::new().spawn_scoped(scope, || help(&work, source));
        }
        work.read(file, &mut buffer[..length], &mut report);
    });
    let map = work.into_map()?;
    match report(total) {
        ControlFlow::Continue(()) => Ok(Layout::plan(options, map)?),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// Reads beside the first thread, if there is memory for that.
fn help(work: &Work, mut source: FileSource) {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(BUFFER).is_ok() {
        buffer.resize(BUFFER, 0);
        work.read(&mut source, &mut buffer, |_| ControlFlow::Continue(()));
    }
}

/// How many threads read.
fn readers() -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.clamp(*READERS.start(), *READERS.end())
}
