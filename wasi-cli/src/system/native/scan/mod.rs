//! The first pass. Several threads share a large file: where it is in the cache, they test it for zeros side by side; where it
//! is not, several reads are under way.

mod pieces;
mod work;

use std::num::NonZero;
use std::ops::ControlFlow;
use std::thread;

use qcow2_stream::{DataFile, Error, Layout, Options, Phase, Progress, ReadAt};

use crate::buffer;
use crate::input::Input;
use crate::source::{FileSource, SourceError};
use work::Work;

/// A smaller file is read before threads have started.
const LARGE: u64 = 16 << 20;

/// A processor that waits for the disk can serve two readers; more than this, and memory is what they wait for.
const READERS: std::ops::RangeInclusive<usize> = 2..=4;

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
    file: &FileSource,
    total: u64,
    options: &Options,
    buffer: &mut [u8],
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Layout, Error<SourceError>> {
    options.check(total)?;
    let mut report = |bytes| progress(Progress { phase: Phase::Scan, bytes, total });
    go_on(report(0))?;
    let work = Work::new(file.clone(), total, options.cluster_size);
    thread::scope(|scope| {
        for _ in 1..readers() {
            let source = file.without_holes();
            // One that can't be started is done without.
            let _ = thread::Builder::new().spawn_scoped(scope, || help(&work, source));
        }
        work.read(&mut file.without_holes(), buffer, &mut report);
    });
    let map = work.into_map()?;
    go_on(report(total))?;
    Ok(Layout::plan(options, map)?)
}

fn go_on(answer: ControlFlow<()>) -> Result<(), Error<SourceError>> {
    match answer {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// Reads beside the first thread, if there is memory for that.
fn help(work: &Work, mut source: FileSource) {
    if let Ok(mut buffer) = buffer::new() {
        work.read(&mut source, &mut buffer, |_| ControlFlow::Continue(()));
    }
}

/// How many threads read.
fn readers() -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.clamp(*READERS.start(), *READERS.end())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use qcow2_stream::{ClusterSize, HostOffset};

    use super::*;

    /// A file of holes, zeros and data, cut at places that follow from `seed`.
    fn disk(seed: u64, size: u64) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        file.as_file().set_len(size).expect("the file system has sparse files");
        let (mut state, mut at) = (seed, 0);
        while at < size {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let length = ((state >> 33) % (1 << (10 + (state >> 60)))).min(size - at);
            let bytes = vec![(state >> 56) as u8; length as usize];
            let (bytes, at_offset) = match (state >> 40) % 4 {
                0 => (bytes, at),
                1 => (vec![0; bytes.len()], at),
                // A cluster with a single byte of data, far from its front.
                2 if length > 0 => (vec![1], at + length - 1),
                _ => (Vec::new(), at),
            };
            file.as_file().write_all_at(&bytes, at_offset).expect("there is room");
            at += length;
        }
        file
    }

    fn metadata(layout: &Layout) -> Vec<u8> {
        let mut bytes = vec![0; layout.metadata_size() as usize];
        layout.encode_metadata(HostOffset::new(0), &mut bytes);
        bytes
    }

    #[test]
    fn readers_find_together_what_one_finds_alone() {
        for (seed, cluster) in (0..24).zip([512, 4096, 65_536, 1 << 21].into_iter().cycle()) {
            let size = LARGE + 12_345 * seed;
            let file = disk(seed, size);
            let cluster_size = ClusterSize::new(cluster).expect("a size of clusters");
            let options = Options { cluster_size, ..Options::default() };
            let mut source = FileSource::open(file.path(), false).expect("it opens");
            let go_on = |_| ControlFlow::Continue(());
            let alone = qcow2_stream::scan(&mut source, &options, &mut [0; 10_000], go_on);
            let together = share(&source, size, &options, &mut [0; 10_000], go_on);
            let (alone, together) = (alone.expect("it scans"), together.expect("it scans"));
            assert_eq!(alone.summary(), together.summary(), "seed {seed}, clusters of {cluster}");
            assert!(metadata(&alone) == metadata(&together), "seed {seed}, clusters of {cluster}");
        }
    }

    #[test]
    fn a_reader_that_cannot_go_on_ends_the_others() {
        let file = disk(7, 4 * LARGE);
        let source = FileSource::open(file.path(), false).expect("it opens");
        // Nobody has said so, and the reads behind the new end give nothing.
        file.as_file().set_len(LARGE).expect("it can be cut");
        let go_on = |_| ControlFlow::Continue(());
        let refused = share(&source, 4 * LARGE, &Options::default(), &mut [0; 10_000], go_on);
        assert!(matches!(refused, Err(Error::Source { .. })), "{refused:?}");
    }

    #[test]
    fn whoever_watches_can_end_it() {
        let file = disk(8, 4 * LARGE);
        let source = FileSource::open(file.path(), false).expect("it opens");
        for stop_at in [0, 1, LARGE, 4 * LARGE] {
            let mut events = Vec::new();
            let watch = |event: Progress| {
                events.push(event);
                if event.bytes >= stop_at {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            let ended = share(&source, 4 * LARGE, &Options::default(), &mut [0; 10_000], watch);
            assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
            assert!(events.is_sorted_by_key(|event| event.bytes), "{events:?}");
        }
    }
}
