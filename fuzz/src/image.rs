//! Options and an allocation map: what is planned and encoded is what the independent reader finds.

use std::ops::Range;

use arbitrary::Unstructured;
use qcow2_stream::{AllocationMap, GuestCluster, HostOffset, Layout, MapError, Options, emit};
use qcow2_stream_tests::kit::go_on;
use qcow2_stream_tests::reader::{Image, Summary};

use crate::choice::{buffer, edge, flag, has_good_name, once_in, options, skewed, within};
use crate::pattern::{File, Pattern, fill};

/// An image with more metadata is mostly looked at here and there only: reading all of it takes long.
const READ_WHOLE: u64 = 32 << 10;

/// Of so many larger images one is read, unless it has still more metadata than this.
const READ_SELDOM: (u64, u64) = (32, 4 << 20);

/// More guest data than this is not streamed.
const STREAMED: u64 = 256 << 10;

/// Runs of a case at most.
const RUNS: usize = 100;

/// A map and what must be in it.
struct Case {
    options: Options,
    size: u64,
    /// The allocated clusters: ascending, neither empty nor touching.
    runs: Vec<Range<u64>>,
}

/// Runs a case.
pub fn run(data: &[u8]) {
    let u = &mut Unstructured::new(data);
    let options = options(u, 21);
    let size = source_size(u, options.cluster_size.bytes());
    let mut case = Case { options, size, runs: Vec::new() };
    let map = case.map(u);
    case.check_map(&map, u);
    match Layout::plan(&case.options, map) {
        Ok(layout) => {
            assert!(!case.is_too_large(), "a plan of an image that QEMU does not open");
            case.take_raw();
            case.check(&layout, u);
        }
        Err(error) => {
            let good = case.size <= 1 << 30 && has_good_name(&case.options);
            assert!(!good, "a good image is refused: {error}");
        }
    }
}

fn source_size(u: &mut Unstructured<'_>, cluster: u64) -> u64 {
    match within(u, 0..=2) {
        0 => skewed(u, 20),
        1 => cluster.saturating_mul(skewed(u, 50)).saturating_sub(skewed(u, 10)),
        _ => edge(u, &[1 << 63, 1 << 56, cluster * cluster / 8]),
    }
}

impl Case {
    fn clusters(&self) -> u64 {
        self.size.div_ceil(self.options.cluster_size.bytes())
    }

    /// The L1 table or the size itself is over a limit, by the specification's formulas.
    fn is_too_large(&self) -> bool {
        let cluster = u128::from(self.options.cluster_size.bytes());
        let size = u128::from(self.size).next_multiple_of(512);
        size > i64::MAX as u128 || size.div_ceil(cluster / 8 * cluster) * 8 > 32 << 20
    }

    /// Allocates runs, some of which must be refused.
    fn map(&mut self, u: &mut Unstructured<'_>) -> AllocationMap {
        let mut map = AllocationMap::new(self.options.cluster_size, self.size);
        while self.runs.len() < RUNS && !u.is_empty() && !once_in(u, 40) {
            let end = self.runs.last().map_or(0, |run| run.end);
            let start =
                if once_in(u, 16) { skewed(u, 64) } else { end.saturating_add(skewed(u, 34)) };
            let bits = if flag(u) { 34 } else { 8 };
            let stop = start.saturating_add(skewed(u, bits));
            let told = map.allocate(GuestCluster::new(start)..GuestCluster::new(stop));
            assert_eq!(told, self.allocate(start..stop, end));
        }
        map
    }

    /// What must come of it.
    fn allocate(&mut self, run: Range<u64>, end: u64) -> Result<(), MapError> {
        let clusters = self.clusters();
        if run.is_empty() {
            return Ok(());
        }
        if run.start < end {
            return Err(MapError::Order { cluster: run.start, end });
        }
        if run.end > clusters {
            return Err(MapError::Range { end: run.end, clusters });
        }
        match self.runs.last_mut() {
            Some(last) if last.end == run.start => last.end = run.end,
            _ => self.runs.push(run),
        }
        Ok(())
    }

    fn allocated(&self) -> u64 {
        self.runs.iter().map(|run| run.end - run.start).sum()
    }

    /// With a raw data file every cluster is mapped.
    fn take_raw(&mut self) {
        if self.options.data_file.as_ref().is_some_and(|file| file.raw) {
            self.runs = std::iter::once(0..self.clusters()).filter(|run| !run.is_empty()).collect();
        }
    }

    fn check_map(&self, map: &AllocationMap, u: &mut Unstructured<'_>) {
        assert_eq!(map.allocated(), self.allocated());
        let edges: Vec<u64> = self.runs.iter().flat_map(|run| [run.start, run.end]).collect();
        let (start, end) = (edge(u, &edges), edge(u, &edges));
        let clip = |run: &Range<u64>| run.start.max(start)..run.end.min(end);
        let expected: Vec<_> =
            self.runs.iter().map(clip).filter(|run| run.start < run.end).collect();
        let found: Vec<_> = map
            .runs(GuestCluster::new(start)..GuestCluster::new(end))
            .map(|run| run.start.get()..run.end.get())
            .collect();
        assert_eq!(found, expected, "the runs within {start}..{end}");
    }

    fn check(&self, layout: &Layout, u: &mut Unstructured<'_>) {
        self.check_encoding(layout, u);
        let size = layout.metadata_size();
        if size <= READ_WHOLE || size <= READ_SELDOM.1 && once_in(u, READ_SELDOM.0) {
            self.read(layout, u);
        }
        if layout.image_size() <= STREAMED {
            let mut image = Vec::new();
            let mut buffer = buffer(u, layout.image_size());
            emit(layout, &mut Pattern(self.size), &mut image, &mut buffer, go_on)
                .expect("nothing fails here");
            let mut walked = Vec::new();
            std::io::Read::read_to_end(&mut File::image(layout), &mut walked).expect("no I/O");
            assert!(image == walked, "the stream is not what the segments make");
        }
    }

    /// Parts of the metadata are parts of the metadata, however they are cut.
    fn check_encoding(&self, layout: &Layout, u: &mut Unstructured<'_>) {
        let size = layout.metadata_size();
        let cluster = self.options.cluster_size.bytes();
        for _ in 0..4 {
            let start = edge(u, &[size, cluster, 2 * cluster]);
            let mut once = vec![0xee; skewed(u, 11) as usize];
            layout.encode_metadata(HostOffset::new(start), &mut once);
            let mut pieces = vec![0xdd; once.len()];
            let mut at = 0;
            while at < pieces.len() {
                let left = pieces.len() - at;
                let length = if flag(u) { left.min(1 + skewed(u, 6) as usize) } else { left };
                let Some(offset) = start.checked_add(at as u64) else { return };
                layout.encode_metadata(HostOffset::new(offset), &mut pieces[at..][..length]);
                at += length;
            }
            assert!(once == pieces, "{} bytes of metadata at {start}", once.len());
            let inside = size.saturating_sub(start).min(once.len() as u64) as usize;
            assert!(once[inside..].iter().all(|byte| *byte == 0), "metadata past {size}");
        }
    }

    /// Has the independent reader check the image.
    fn read(&self, layout: &Layout, u: &mut Unstructured<'_>) {
        let file = File::image(layout);
        let opened = match self.options.data_file {
            Some(_) => Image::open_with_data(file, File::disk(self.size)),
            None => Image::open(file),
        };
        let mut image = opened.expect("the reader opens the image");
        let found = image.check().expect("the image is right");
        image.check_streaming_order().expect("the order is right");
        self.check_figures(layout, &image, &found);
        let ranges = image.allocated_ranges().expect("the tables are right");
        assert_eq!(ranges, self.guest_ranges());
        let edges: Vec<u64> = ranges.iter().flat_map(|range| [range.start, range.end]).collect();
        for _ in 0..4 {
            let offset = edge(u, &edges).min(found.virtual_size);
            let length = skewed(u, 12).min(found.virtual_size - offset);
            let mut bytes = vec![0xee; length as usize];
            image.read_guest(offset, &mut bytes).expect("the guest can be read");
            assert!(bytes == self.guest(offset, length), "{length} bytes of the guest at {offset}");
        }
    }

    fn check_figures(&self, layout: &Layout, image: &Image<File<'_>>, found: &Summary) {
        let (figures, options) = (layout.summary(), &self.options);
        let cluster = options.cluster_size.bytes();
        let header = image.header();
        let l1_clusters = (header.l1_entries * 8).div_ceil(cluster);
        let tables = header.refcount_table_clusters + found.refcount_blocks + l1_clusters;
        assert_eq!(figures.required, layout.image_size());
        assert_eq!(figures.metadata_bytes, (1 + tables + found.l2_tables) * cluster);
        assert_eq!(figures.metadata_bytes, layout.metadata_size());
        assert_eq!(
            (found.virtual_size, figures.virtual_size),
            (self.virtual_size(), self.virtual_size())
        );
        assert_eq!(found.cluster_size, cluster);
        assert_eq!(u64::from(found.refcount_bits), options.refcount_bits.bits());
        assert_eq!(found.allocated_clusters, self.allocated());
        assert_eq!(figures.allocated_clusters, self.allocated());
        let data_file = options.data_file.as_ref();
        assert_eq!(found.data_file, data_file.is_some());
        assert_eq!(found.data_file_raw, data_file.is_some_and(|file| file.raw));
        assert_eq!(found.data_file_name, data_file.map(|file| file.name.clone().into_bytes()));
    }

    fn virtual_size(&self) -> u64 {
        self.size.next_multiple_of(512)
    }

    fn guest_ranges(&self) -> Vec<Range<u64>> {
        let cluster = self.options.cluster_size.bytes();
        let bytes =
            |run: &Range<u64>| run.start * cluster..(run.end * cluster).min(self.virtual_size());
        self.runs.iter().map(bytes).collect()
    }

    /// What the guest must read: the disk where it is allocated, zeros elsewhere.
    fn guest(&self, offset: u64, length: u64) -> Vec<u8> {
        let mut bytes = vec![0; length as usize];
        for range in self.guest_ranges() {
            let start = range.start.max(offset);
            let end = range.end.min(offset + length).min(self.size);
            if start < end {
                fill(start, &mut bytes[(start - offset) as usize..(end - offset) as usize]);
            }
        }
        bytes
    }
}
