//! The image cut into what is worth one read and one write.

use std::ops::Range;

use js_sys::{Object, Uint32Array};
use qcow2_stream::{HostOffset, Layout, Segment};

use crate::numbers::widen;
use crate::object::{set, set_number};

/// The most that is read at once, in bytes: `CHUNK` of `js/reader.js`.
const READ: u64 = 4 << 20;

/// The most metadata or zeros that are made at once, in bytes.
const MADE: u64 = 1 << 20;

/// A gap between two runs that is read along with them, in bytes: a read of its own costs about as much.
const GAP: u64 = 512 << 10;

/// A stretch of the image, in file order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Metadata.
    Metadata { offset: u64, length: u64 },
    /// Zeros behind the end of the source.
    Zeros { length: u64 },
    /// What a single read brings: `span` bytes of the source from `offset` on, of which `runs` go into the image.
    Read { offset: u64, span: u64, runs: Vec<Range<u32>> },
}

impl Piece {
    /// How much of the image it is, in bytes.
    fn length(&self) -> u64 {
        match self {
            Self::Metadata { length, .. } | Self::Zeros { length } => *length,
            Self::Read { runs, .. } => runs.iter().map(|run| widen(run.len())).sum(),
        }
    }

    pub(crate) fn to_object(&self) -> Object {
        let object = Object::new();
        set_number(&object, "length", self.length());
        match self {
            Self::Metadata { offset, .. } => {
                set(&object, "kind", &"metadata".into());
                set_number(&object, "offset", *offset);
            }
            Self::Zeros { .. } => set(&object, "kind", &"zeros".into()),
            Self::Read { offset, span, runs } => {
                set(&object, "kind", &"read".into());
                set_number(&object, "offset", *offset);
                set_number(&object, "span", *span);
                let borders: Vec<u32> = runs.iter().flat_map(|run| [run.start, run.end]).collect();
                set(&object, "runs", &Uint32Array::from(borders.as_slice()));
            }
        }
        object
    }
}

/// The piece that begins at an offset of the image.
pub(crate) fn at(layout: &Layout, position: u64) -> Option<Piece> {
    let range = HostOffset::new(position)..HostOffset::new(layout.image_size());
    let mut segments = layout.segments_in(range);
    Some(match segments.next()? {
        Segment::Metadata { offset, length } => {
            Piece::Metadata { offset: offset.get(), length: length.min(MADE) }
        }
        Segment::Zeros { length } => Piece::Zeros { length: length.min(MADE) },
        Segment::Guest { offset, length } => read(offset.get(), length, segments.map_while(guest)),
    })
}

fn guest(segment: Segment) -> Option<(u64, u64)> {
    match segment {
        Segment::Guest { offset, length } => Some((offset.get(), length)),
        _ => None,
    }
}

/// A read of the run at `offset` and of those behind it that are near enough.
fn read(offset: u64, length: u64, behind: impl Iterator<Item = (u64, u64)>) -> Piece {
    // Within a read, whose length is far below 2^32.
    let within = |at: u64| u32::try_from(at - offset).unwrap_or(u32::MAX);
    let mut end = offset + length.min(READ);
    let first = 0..within(end);
    let mut runs = vec![first];
    for (start, length) in behind {
        let room = (offset + READ).saturating_sub(start);
        if start - end > GAP || room == 0 {
            break;
        }
        end = start + length.min(room);
        runs.push(within(start)..within(end));
    }
    Piece::Read { offset, span: end - offset, runs }
}

/// The pieces of an image from an offset on, for tests.
#[cfg(test)]
fn all(layout: &Layout) -> impl Iterator<Item = Piece> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let piece = at(layout, position)?;
        position += piece.length();
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use qcow2_stream::{AllocationMap, ClusterSize, GuestCluster, Options};

    const C: u32 = 65_536;

    /// The pieces behind the metadata, of an image whose guest clusters are these.
    fn pieces(source_size: u64, runs: &[[u64; 2]]) -> Vec<Piece> {
        let mut map = AllocationMap::new(ClusterSize::DEFAULT, source_size);
        for [start, end] in runs {
            map.allocate(GuestCluster::new(*start)..GuestCluster::new(*end)).unwrap();
        }
        let layout = Layout::plan(&Options::default(), map).unwrap();
        assert_eq!(all(&layout).map(|piece| piece.length()).sum::<u64>(), layout.image_size());
        let metadata = |piece: &Piece| matches!(piece, Piece::Metadata { .. });
        all(&layout).skip_while(metadata).collect()
    }

    fn one(offset: u64, span: u32) -> Piece {
        Piece::Read { offset, span: span.into(), runs: std::iter::once(0..span).collect() }
    }

    #[test]
    fn a_long_run_is_cut() {
        let expected = [one(0, 4 << 20), one(4 << 20, 4 << 20), one(8 << 20, 2 << 20)];
        assert_eq!(pieces(10 << 20, &[[0, 160]]), expected);
    }

    #[test]
    fn runs_near_each_other_share_a_read() {
        let runs = vec![0..C, 2 * C..3 * C, 11 * C..12 * C];
        let near = Piece::Read { offset: u64::from(C), span: u64::from(12 * C), runs };
        assert_eq!(
            pieces(4 << 20, &[[1, 2], [3, 4], [12, 13], [22, 23]]),
            [near, one(22 * 65_536, C)]
        );
    }

    #[test]
    fn a_read_ends_at_its_limit_in_the_middle_of_a_run() {
        let pieces = pieces(20 << 20, &[[0, 1], [2, 320]]);
        let runs = vec![0..C, 2 * C..64 * C];
        assert_eq!(pieces[0], Piece::Read { offset: 0, span: READ, runs });
        assert_eq!(pieces[1], one(READ, 4 << 20));
    }

    #[test]
    fn the_last_cluster_is_filled_up() {
        let zeros = Piece::Zeros { length: u64::from(C) - 100 };
        assert_eq!(pieces(100, &[[0, 1]]), [one(0, 100), zeros]);
    }
}
