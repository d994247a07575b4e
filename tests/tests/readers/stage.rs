//! The images that every reader is given, and what it has to find in them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::iter::once;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;

use qcow2_stream_tests::command::{FrontEnd, Workplace, finish, spawn, sweep};
use qcow2_stream_tests::corpus::{Fill, Input, Vector, Write, corpus};
use qcow2_stream_tests::kit::{CLUSTER_SIZES, REFCOUNT_WIDTHS};

const CHUNK: u64 = 1 << 20;

/// The largest disk that is read from end to end.
const SMALL: u64 = 128 << 20;

/// An image, and the disk that it was made of.
pub(crate) struct Image<'a> {
    pub(crate) path: PathBuf,
    raw: PathBuf,
    disk: &'a Input,
}

/// A reader: whether it finds the disk in the image, and if not, why.
pub(crate) type Reader = fn(&Image<'_>) -> Result<(), String>;

impl<'a> Image<'a> {
    /// The image that a command has made of the disk in a folder.
    pub(crate) fn new(place: &Workplace, disk: &'a Input) -> Self {
        Self { path: place.path("image"), raw: place.disk(), disk }
    }

    /// Checks the size of the disk that a reader has found: whole sectors.
    pub(crate) fn check_size(&self, found: u64) -> Result<(), String> {
        let size = self.disk.size.next_multiple_of(512);
        if found == size { Ok(()) } else { Err(format!("a disk of {found} bytes, not {size}")) }
    }

    /// The whole of a small disk. Of a large one both ends and its data, with the zeros about them.
    pub(crate) fn ranges(&self) -> Vec<Range<u64>> {
        let size = self.disk.size.next_multiple_of(512);
        if size <= SMALL {
            return once(0..size).collect();
        }
        let about =
            |data: &Range<u64>| data.start.saturating_sub(CHUNK)..(data.end + CHUNK).min(size);
        let data = self.disk.data_ranges().iter().map(about);
        once(0..CHUNK).chain(data).chain(once(size - CHUNK..size)).collect()
    }

    /// What a reader that knows no offsets is asked for: the disk, or the front of a large one.
    pub(crate) fn front(&self) -> Range<u64> {
        0..self.disk.size.next_multiple_of(512).min(SMALL)
    }

    /// Compares what a reader finds, piece by piece in this order, with the disk.
    pub(crate) fn compare(
        &self,
        ranges: impl IntoIterator<Item = Range<u64>>,
        mut read: impl FnMut(u64, &mut [u8]) -> io::Result<()>,
    ) -> Result<(), String> {
        let raw = File::open(&self.raw).expect("the disk is there");
        let (mut found, mut expected) = (vec![0; CHUNK as usize], vec![0; CHUNK as usize]);
        for (start, length) in ranges.into_iter().flat_map(chunks) {
            let (found, expected) = (&mut found[..length], &mut expected[..length]);
            read(start, found).map_err(|error| format!("{length} bytes at {start}: {error}"))?;
            read_or_zeros(&raw, start, expected);
            if found != expected {
                return Err(format!("other bytes than the disk's, of {length} at {start}"));
            }
        }
        Ok(())
    }
}

fn chunks(range: Range<u64>) -> impl Iterator<Item = (u64, usize)> {
    let end = range.end;
    range.step_by(CHUNK as usize).map(move |at| (at, (end - at).min(CHUNK) as usize))
}

fn read_or_zeros(raw: &File, mut at: u64, mut buf: &mut [u8]) {
    buf.fill(0);
    while !buf.is_empty() {
        let count = raw.read_at(buf, at).expect("the disk can be read");
        if count == 0 {
            return;
        }
        (at, buf) = (at + count as u64, &mut buf[count..]);
    }
}

/// Lets a reader read the whole corpus, and checks that what it can't are the images it doesn't know.
pub(crate) fn reads_the_corpus_but(unknown: impl Fn(&Vector) -> bool, reader: Reader) {
    let unread = Mutex::new(BTreeMap::new());
    let count = sweep(FrontEnd::Native, |place, vector| {
        convert(place, &vector.args());
        let found = reader(&Image::new(place, corpus().input(&vector.input)));
        if let Err(error) = found {
            unread.lock().expect("no thread failed").insert(vector.label(), error);
        }
    });
    assert_eq!(count, 213);
    let unread = unread.into_inner().expect("no thread failed");
    let mut expected: Vec<_> =
        corpus().vectors.iter().filter(|vector| unknown(vector)).map(Vector::label).collect();
    expected.sort();
    let found: Vec<_> = unread.keys().cloned().collect();
    assert_eq!(found, expected, "{unread:#?}");
}

/// Lets a reader read a disk in images of every cluster size and every refcount width.
pub(crate) fn reads_every_geometry(reader: Reader) {
    let disk = odd();
    let place = Workplace::with_disk(FrontEnd::Native, &disk);
    for (cluster, bits) in
        CLUSTER_SIZES.iter().flat_map(|size| REFCOUNT_WIDTHS.map(|bits| (size, bits)))
    {
        convert(&place, &["-c", &cluster.to_string(), "-r", &bits.to_string(), Workplace::DISK]);
        reader(&Image::new(&place, &disk))
            .unwrap_or_else(|error| panic!("{cluster} bytes, {bits} bits: {error}"));
    }
}

/// A disk that is neither whole sectors nor whole clusters, with data at both ends, zeros that are
/// really written, and holes.
pub(crate) fn odd() -> Input {
    let writes = vec![
        Write::new(0, 700, Fill::Xorshift64(1)),
        Write::new(1 << 20, 100_000, Fill::Byte(0)),
        Write::new((2 << 20) + 4095, 65_538, Fill::Xorshift64(2)),
        Write::new((5 << 20) + 99, 1, Fill::Byte(9)),
    ];
    Input::new((5 << 20) + 100, writes)
}

/// Has the command make the image of the folder's disk.
pub(crate) fn convert(place: &Workplace, args: &[impl AsRef<std::ffi::OsStr>]) {
    let mut command = place.command(args);
    let image = File::create(place.path("image")).expect("a file is made");
    command.stdout(image).stderr(Stdio::piped());
    finish(spawn(command)).image();
}

/// What came of starting a program of a package.
pub(crate) fn started<T>(result: io::Result<T>, package: &str) -> T {
    result.unwrap_or_else(|error| panic!("{error}: apt-get install {package}"))
}
