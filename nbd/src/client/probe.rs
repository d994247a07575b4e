//! Looks at the fronts of clusters: small reads, many of them under way.

use std::io::{Read, Write};
use std::time::Instant;

use super::Client;
use super::pass::Direct;
use crate::error::Error;
use crate::extents::Next;
use crate::wire::request::Command;

/// Bytes of a probe, if the server's blocks are not larger.
const PROBE: u32 = 4096;

/// A probe must be that much smaller than what it may spare.
const SPARED: u64 = 4;

/// Probes under way: at first, and at most.
pub(super) const FIRST: usize = 4;
const MOST: usize = 64;

/// Ranges of data that are looked at for fronts at a time, for in small ones there may be none.
const RANGES: usize = 128;

impl<T: Read + Write> Client<T> {
    /// Reads the front of the cluster at `offset` if it pays to look at fronts, and nothing otherwise. Clusters
    /// have `stride` bytes.
    pub(super) fn probe(
        &mut self,
        offset: u64,
        stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, Error> {
        if !self.can_probe(offset, stride) {
            return Ok(0);
        }
        if !self.pace.probes(Instant::now(), stride) {
            self.end_probes();
            return Ok(0);
        }
        // What is being read anyway decides its clusters too.
        if self.window.holds(offset) {
            return Ok(0);
        }
        self.aim_probes(offset, stride)?;
        while self.probes.front().is_some_and(|probe| probe.offset == offset && !probe.done) {
            self.receive(Direct::Own)?;
        }
        let probe = self.probes.front().filter(|probe| probe.offset == offset);
        let read = probe.map_or(0, |probe| probe.copy_to(offset, buffer));
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.iter().any(|byte| *byte != 0) {
            self.pace.spared(stride);
        }
        Ok(read)
    }

    /// Has the probes that are under way dropped as they come.
    pub(super) fn end_probes(&mut self) {
        self.probes.forget();
        self.probing = FIRST;
    }

    /// Whether there can be probes at the multiples of `stride`, and at `offset`.
    fn can_probe(&self, offset: u64, stride: u64) -> bool {
        let minimum = u64::from(self.export.block.minimum);
        let length = u64::from(self.export.block.request(PROBE));
        let fits = offset.is_multiple_of(minimum) && stride.is_multiple_of(minimum);
        offset < self.export.size && fits && length.saturating_mul(SPARED) <= stride
    }

    /// Makes sure that the front at `offset` has been asked for, if there is data, and asks for those that
    /// will be wanted next.
    fn aim_probes(&mut self, offset: u64, stride: u64) -> Result<(), Error> {
        if self.probes.seek(offset) {
            self.probing = self.probing.saturating_add(1).min(MOST);
        } else {
            // Those that nobody wants any more must not pile up.
            while self.probes.len() > MOST {
                self.receive(Direct::Own)?;
            }
            if self.is_data(offset) {
                self.push_probe(offset);
            }
        }
        // Several at a time, in one go.
        if self.probes.len() <= self.probing / 2 {
            self.top_up_probes(offset, stride);
        }
        self.send()
    }

    fn is_data(&self, offset: u64) -> bool {
        match self.known_from(offset) {
            None => true,
            Some(Next::Data(data)) => data.start <= offset,
            Some(Next::UnknownFrom(_)) => false,
        }
    }

    /// Asks for fronts behind those that were asked for, following the data as far as it is known.
    fn top_up_probes(&mut self, offset: u64, stride: u64) {
        let mut at = self.probes.last_start().unwrap_or(offset).saturating_add(1);
        for _ in 0..RANGES {
            let Some(front) = at.checked_next_multiple_of(stride) else {
                return;
            };
            if front >= self.export.size || self.probes.len() >= self.probing {
                return;
            }
            match self.known_from(front) {
                Some(Next::Data(data)) if data.start > front => at = data.start,
                Some(Next::UnknownFrom(unknown)) => return self.ask_status(unknown),
                _ => {
                    self.push_probe(front);
                    at = front.saturating_add(1);
                }
            }
        }
    }

    fn push_probe(&mut self, offset: u64) {
        let left = self.export.size.saturating_sub(offset);
        let most = self.export.block.request(PROBE);
        let length = u32::try_from(left).map_or(most, |left| left.min(most));
        let cookie = self.request(Command::Read, offset, length);
        self.probes.push(cookie, offset, length);
    }
}
