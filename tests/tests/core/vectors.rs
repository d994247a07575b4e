//! Every image is byte for byte that of QEMU's `qcow2-to-stdout.py`, however source and sink behave.

use std::fmt::Debug;

use qcow2_stream::{ReadAt, Write, emit, scan};
use qcow2_stream_tests::corpus::{Vector, corpus};
use qcow2_stream_tests::kit::{
    Cached, Digesting, Holeless, Lengths, Memory, ShortReads, ShortWrites, Synthetic, go_on,
    options_of,
};

const MIB: u64 = 1 << 20;

/// Vectors whose input has at most 4 MiB.
const SAMPLE: usize = 170;

/// Those whose input has at most 1 MiB and whose image 512 KiB, for what takes a call a byte.
const ONE_BYTE_SAMPLE: usize = 38;

/// Converts `source` as the vector says, by way of `sink`, and compares the figures with the vector.
fn convert<S, W>(vector: &Vector, source: &mut S, sink: &mut W, buffer: usize)
where
    S: ReadAt<Error: Debug + 'static>,
    W: Write<S, Error: Debug + 'static>,
{
    let label = vector.label();
    let mut buffer = vec![0; buffer];
    let layout = scan(source, &options_of(vector), &mut buffer, go_on)
        .unwrap_or_else(|error| panic!("{label}: {error:?}"));
    assert_eq!(layout.image_size(), vector.length, "{label}");
    assert_eq!(layout.summary().required, vector.length, "{label}");
    emit(&layout, source, sink, &mut buffer, go_on)
        .unwrap_or_else(|error| panic!("{label}: {error:?}"));
}

#[track_caller]
fn assert_image(vector: &Vector, sink: Digesting) {
    assert_eq!(sink.length(), vector.length, "{}", vector.label());
    assert_eq!(sink.digest(), vector.sha256, "{}", vector.label());
}

/// Converts a source and compares the image with the vector's.
fn check<S: ReadAt<Error: Debug + 'static>>(vector: &Vector, mut source: S, buffer: usize) {
    let mut sink = Digesting::default();
    convert(vector, &mut source, &mut sink, buffer);
    assert_image(vector, sink);
}

/// Calls `check` with each vector whose input and image are small enough, and its disk. Returns
/// how many these are.
fn with_small(input: u64, image: u64, mut check: impl FnMut(&Vector, Memory)) -> usize {
    let small =
        |vector: &&Vector| corpus().input(&vector.input).size <= input && vector.length <= image;
    let chosen: Vec<_> = corpus().vectors.iter().filter(small).collect();
    for vector in &chosen {
        check(vector, Memory::new(corpus().input(&vector.input)));
    }
    chosen.len()
}

#[test]
fn each_of_the_213_vectors_has_its_length_and_digest() {
    let mut count = 0;
    for vector in &corpus().vectors {
        check(vector, Synthetic::new(corpus().input(&vector.input)), 1 << 20);
        count += 1;
    }
    assert_eq!(count, 213);
}

#[test]
fn a_source_that_gives_one_byte_at_a_time_makes_the_same_images() {
    let count = with_small(MIB, MIB / 2, |vector, disk| {
        check(vector, ShortReads(disk, Lengths::up_to(1)), 10_000);
    });
    assert_eq!(count, ONE_BYTE_SAMPLE);
}

#[test]
fn a_source_that_gives_few_bytes_makes_the_same_images() {
    let count = with_small(4 * MIB, u64::MAX, |vector, disk| {
        check(vector, ShortReads(disk, Lengths::up_to(4099)), 1 << 20);
    });
    assert_eq!(count, SAMPLE);
}

#[test]
fn a_sink_that_takes_few_bytes_gets_the_same_images() {
    let count = with_small(4 * MIB, u64::MAX, |vector, mut disk| {
        let mut sink = ShortWrites(Digesting::default(), Lengths::up_to(2003));
        convert(vector, &mut disk, &mut sink, 1 << 20);
        assert_image(vector, sink.0);
    });
    assert_eq!(count, SAMPLE);
}

#[test]
fn a_buffer_of_a_page_or_of_an_odd_size_makes_the_same_images() {
    for buffer in [4096, (1 << 20) + 1] {
        let count = with_small(4 * MIB, u64::MAX, |vector, disk| check(vector, disk, buffer));
        assert_eq!(count, SAMPLE);
    }
}

#[test]
fn a_buffer_of_a_byte_or_of_seven_makes_the_same_images() {
    for buffer in [1, 7] {
        let count = with_small(MIB, MIB / 2, |vector, disk| check(vector, disk, buffer));
        assert_eq!(count, ONE_BYTE_SAMPLE);
    }
}

#[test]
fn a_source_that_does_not_know_its_holes_makes_the_same_images() {
    let count = with_small(4 * MIB, u64::MAX, |vector, disk| {
        check(vector, Holeless(disk), 1 << 20);
    });
    assert_eq!(count, SAMPLE);
}

#[test]
fn a_source_that_is_cached_in_parts_makes_the_same_images() {
    let mut probes = 0;
    let count = with_small(4 * MIB, u64::MAX, |vector, disk| {
        let mut source = Cached::new(disk);
        let mut sink = Digesting::default();
        convert(vector, &mut source, &mut sink, 16 << 10);
        probes += source.calls;
        assert_image(vector, sink);
    });
    assert_eq!(count, SAMPLE);
    assert!(probes > 500, "the cache was asked only {probes} times");
}
