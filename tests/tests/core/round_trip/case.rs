//! The disks and options that the round trip is tried with.

use proptest::collection::vec;
use proptest::prelude::*;
use qcow2_stream::Options;
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::kit::{CLUSTER_SIZES, REFCOUNT_WIDTHS, options, with_data_file};

/// A disk and how it is converted.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) input: Input,
    pub(crate) options: Options,
    pub(crate) buffer: usize,
    /// Whether the source tells its holes.
    pub(crate) tells_holes: bool,
}

/// A write, with its place and length still as parts of the disk.
#[derive(Clone, Debug)]
enum Piece {
    Run {
        start: f64,
        length: f64,
        fill: Fill,
    },
    /// A single byte so many bytes from the beginning of a cluster.
    Edge {
        cluster: f64,
        distance: i64,
    },
    LastByte,
}

/// Any disk of up to 6 MiB with any options.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let data_file = prop_oneof![
        2 => Just(None),
        1 => Just(Some(false)),
        1 => Just(Some(true)),
    ];
    let options = (
        proptest::sample::select(&CLUSTER_SIZES[..]),
        proptest::sample::select(&REFCOUNT_WIDTHS[..]),
        data_file,
    )
        .prop_map(|(size, bits, data_file)| match data_file {
            None => options(size, bits),
            Some(raw) => with_data_file(options(size, bits), "disk.raw", raw),
        });
    let buffer = prop_oneof![Just(3000_usize), Just(65_537), Just(1 << 20)];
    (sizes(), options, vec(pieces(), 0..12), buffer, any::<bool>()).prop_map(
        |(size, options, pieces, buffer, tells_holes)| {
            let cluster_size = options.cluster_size.bytes();
            let writes = pieces.iter().filter_map(|piece| piece.place(size, cluster_size));
            let input = Input::new(size, writes.collect());
            Case { input, options, buffer, tells_holes }
        },
    )
}

/// Sizes of a few bytes, of whole clusters, and any others, the large ones more rarely.
fn sizes() -> impl Strategy<Value = u64> {
    let whole = (proptest::sample::select(&CLUSTER_SIZES[..]), 0..3_u64, 0..64_u64)
        .prop_map(|(size, off, count)| (size * count % (6 << 20) + off).saturating_sub(1));
    prop_oneof![
        1 => 0..2000_u64,
        3 => 0..400_000_u64,
        2 => whole,
        1 => 0..6_u64 << 20,
    ]
}

fn pieces() -> impl Strategy<Value = Piece> {
    let fill = prop_oneof![
        2 => (1..u64::MAX).prop_map(Fill::Xorshift64),
        1 => Just(Fill::Byte(0)),
        1 => (1..=u8::MAX).prop_map(Fill::Byte),
    ];
    // Short runs are as likely as long ones.
    let run = (0.0..1.0_f64, -18.0..0.0_f64, fill).prop_map(|(start, log, fill)| Piece::Run {
        start,
        length: log.exp2(),
        fill,
    });
    let edge =
        (0.0..1.0_f64, -2..2_i64).prop_map(|(cluster, distance)| Piece::Edge { cluster, distance });
    prop_oneof![3 => run, 3 => edge, 1 => Just(Piece::LastByte)]
}

impl Piece {
    /// The write on a disk of this size, if there is room for it.
    fn place(&self, size: u64, cluster_size: u64) -> Option<Write> {
        let part = |part: f64, of: u64| (part * of as f64) as u64;
        let (offset, length, fill) = match *self {
            Self::Run { start, length, fill } => (part(start, size), part(length, size), fill),
            Self::Edge { cluster, distance } => {
                let start = part(cluster, size.div_ceil(cluster_size)) * cluster_size;
                (start.checked_add_signed(distance)?, 1, Fill::Byte(0x80))
            }
            Self::LastByte => (size.checked_sub(1)?, 1, Fill::Byte(1)),
        };
        let length = length.min(size.checked_sub(offset)?);
        (length > 0).then(|| Write::new(offset, length, fill))
    }
}
