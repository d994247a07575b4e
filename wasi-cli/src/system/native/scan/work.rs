//! The work that the readers share.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use qcow2_stream::{AllocationMap, ClusterSize, Error, MapError, scan_range};

use super::pieces::Pieces;
use crate::source::{FileSource, SourceError};

/// How many pieces may be under way or wait for one before them. It bounds the memory for those that wait.
const UNDER_WAY: u64 = 64;

/// What is to be read, and what has been learned.
#[derive(Debug)]
pub(super) struct Work {
    cluster_size: ClusterSize,
    state: Mutex<State>,
    /// Tells that pieces have been joined, or that there is nothing more to do.
    joined: Condvar,
}

#[derive(Debug)]
struct State {
    pieces: Pieces,
    /// How many pieces have been given out.
    taken: u64,
    /// How many of them are in the map.
    joined: u64,
    /// Where the last of these ends, in bytes of the disk.
    reached: u64,
    /// Those that came before one ahead of them, by their number.
    waiting: BTreeMap<u64, Part>,
    map: AllocationMap,
    /// Which piece failed, and how.
    failure: Option<(u64, Error<SourceError>)>,
    /// Whether a reader has panicked.
    abandoned: bool,
}

/// What has been learned of a piece.
#[derive(Debug)]
struct Part {
    end: u64,
    map: AllocationMap,
}

impl Work {
    pub(super) fn new(source: FileSource, size: u64, cluster_size: ClusterSize) -> Self {
        let state = State {
            pieces: Pieces::new(source, size, cluster_size),
            taken: 0,
            joined: 0,
            reached: 0,
            waiting: BTreeMap::new(),
            map: AllocationMap::new(cluster_size, size),
            failure: None,
            abandoned: false,
        };
        Self { cluster_size, state: Mutex::new(state), joined: Condvar::new() }
    }

    /// Reads pieces until there are no more, from a source without holes: they have been looked for. `report` gets how far the work has come, in bytes of the disk.
    pub(super) fn read(
        &self,
        source: &mut FileSource,
        buffer: &mut [u8],
        mut report: impl FnMut(u64) -> ControlFlow<()>,
    ) {
        let _guard = Guard(self);
        while let Some((number, range)) = self.take() {
            let end = range.end;
            let progress = |_| {
                let reached = self.reached();
                reached.map_or(ControlFlow::Break(()), &mut report)
            };
            let map = scan_range(source, self.cluster_size, range, buffer, progress);
            self.give(number, map.map(|map| Part { end, map }));
        }
    }

    /// The map of the whole disk, once all readers have ended.
    pub(super) fn into_map(self) -> Result<AllocationMap, Error<SourceError>> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, error)) = state.failure {
            return Err(error);
        }
        // A piece that is not in the map would be zeros in the image.
        assert_eq!(state.joined, state.taken, "a piece of the disk was lost");
        Ok(state.map)
    }

    /// The next piece and its number, if there is one.
    fn take(&self) -> Option<(u64, Range<u64>)> {
        let state = self.lock();
        let full = |state: &mut State| !state.has_ended() && state.is_full();
        let state = self.joined.wait_while(state, full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.has_ended() {
            return None;
        }
        let number = state.taken;
        match state.pieces.next() {
            Ok(range) => range.map(|range| {
                state.taken += 1;
                (number, range)
            }),
            Err(error) => {
                state.fail(number, error);
                None
            }
        }
    }

    /// What has been learned of a piece.
    fn give(&self, number: u64, part: Result<Part, Error<SourceError>>) {
        let mut state = self.lock();
        let joined = part.and_then(|part| {
            state.waiting.insert(number, part);
            Ok(state.join()?)
        });
        if let Err(error) = joined {
            state.fail(number, error);
        }
        self.joined.notify_all();
    }

    /// How far the work has come, in bytes of the disk, unless it has ended early.
    fn reached(&self) -> Option<u64> {
        let state = self.lock();
        (!state.has_ended()).then_some(state.reached)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether nobody needs to go on.
    fn has_ended(&self) -> bool {
        self.failure.is_some() || self.abandoned
    }

    fn is_full(&self) -> bool {
        self.taken - self.joined >= UNDER_WAY
    }

    /// Puts what can be put into the map, whose runs come in order.
    fn join(&mut self) -> Result<(), MapError> {
        while let Some(part) = self.waiting.remove(&self.joined) {
            self.map.append(&part.map)?;
            self.reached = part.end;
            self.joined += 1;
        }
        Ok(())
    }

    /// Notes why it failed. Of several reasons the one nearest the front counts, and none that only follows from another.
    fn fail(&mut self, number: u64, error: Error<SourceError>) {
        let is_first = match &self.failure {
            None => true,
            Some((_, Error::Cancelled)) => true,
            Some((first, _)) => number < *first && !matches!(error, Error::Cancelled),
        };
        if is_first {
            self.failure = Some((number, error));
        }
    }
}

/// Lets the others end if a reader panics, for its piece will never come.
struct Guard<'a>(&'a Work);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().abandoned = true;
            self.0.joined.notify_all();
        }
    }
}
