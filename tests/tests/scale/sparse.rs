//! Huge disks with little on them.

use std::time::{Duration, Instant};

use qcow2_stream::{HostOffset, emit, emit_range, scan};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::kit::heap::peak_of;
use qcow2_stream_tests::kit::{Cached, Counting, Synthetic, go_on, options, with_data_file};

use crate::{KIB, MIB, PIB};

const CLUSTERS: u64 = 1000;
const CLUSTER: u64 = 64 * KIB;

/// 1 PiB with data in 1,000 clusters that lie far from one another.
fn scattered() -> Input {
    let stride = PIB / CLUSTERS / CLUSTER * CLUSTER;
    let write = |nth| Write::new(nth * stride, CLUSTER, Fill::Byte(0x5a));
    Input::new(PIB, (0..CLUSTERS).map(write).collect())
}

#[test]
fn an_empty_tebibyte_takes_a_call_or_two_and_no_read() {
    let input = Input::new(1 << 40, vec![]);
    let mut source = Synthetic::new(&input);
    let mut buffer = vec![0; MIB as usize];
    let layout = scan(&mut source, &options(CLUSTER, 16), &mut buffer, go_on).expect("it fits");
    assert_eq!(layout.allocation().allocated(), 0);
    assert!(source.data_queries <= 2, "{} queries", source.data_queries);
    let mut sink = Counting::default();
    emit(&layout, &mut source, &mut sink, &mut buffer, go_on).expect("good sides");
    assert_eq!(sink.bytes, layout.image_size());
    assert_eq!(source.reads, 0);
}

#[test]
fn a_sparse_pebibyte_takes_little_memory_few_reads_and_less_than_a_second() {
    let input = scattered();
    // The input's own index is not the library's memory.
    assert_eq!(input.data_ranges().len() as u64, CLUSTERS);
    let mut source = Synthetic::new(&input);
    let mut sink = Counting::default();
    let begin = Instant::now();
    let (layout, peak) = peak_of(|| {
        let mut buffer = vec![0; MIB as usize];
        let layout = scan(&mut source, &options(CLUSTER, 16), &mut buffer, go_on).expect("it fits");
        emit(&layout, &mut source, &mut sink, &mut buffer, go_on).expect("good sides");
        layout
    });
    let time = begin.elapsed();
    println!("{} bytes of image in {time:?} with {peak} bytes of memory", sink.bytes);
    assert_eq!(layout.allocation().allocated(), CLUSTERS);
    assert_eq!(sink.bytes, layout.image_size());
    // An L1 table of 16 MiB, an L2 table for each cluster, and the clusters.
    assert!(sink.bytes > 16 * MIB + 2 * CLUSTERS * CLUSTER, "{} bytes", sink.bytes);
    assert!(peak < 32 * MIB, "{peak} bytes of memory");
    assert!(source.reads <= 2 * CLUSTERS, "{} reads", source.reads);
    assert_eq!(source.bytes_read, 2 * CLUSTERS * CLUSTER, "each byte once in each pass");
    assert!(source.data_queries <= CLUSTERS + 1, "{} queries", source.data_queries);
    assert!(time < Duration::from_secs(1), "{time:?}");
}

#[test]
fn a_scan_of_what_is_cached_reads_the_front_of_most_clusters_only() {
    let input = scattered();
    let mut source = Cached::new(Synthetic::new(&input));
    let mut buffer = vec![0; MIB as usize];
    let layout = scan(&mut source, &options(CLUSTER, 16), &mut buffer, go_on).expect("it fits");
    assert_eq!(layout.allocation().allocated(), CLUSTERS);
    assert_eq!(source.calls as u64, CLUSTERS);
    // The cache has two of three; these cost a page at most.
    let most = CLUSTERS.div_ceil(3) * CLUSTER + CLUSTERS * 4 * KIB;
    let read = source.inner().bytes_read;
    assert!(read <= most, "{read} bytes, more than {most}");
}

#[test]
fn a_pebibyte_with_a_raw_data_file_is_planned_and_written_in_constant_memory() {
    let input = Input::new(PIB, vec![]);
    let mut source = Synthetic::new(&input);
    let options = with_data_file(options(CLUSTER, 16), "disk.raw", true);
    let mut buffer = vec![0; MIB as usize];
    let mut sink = Counting::default();
    let (layout, peak) = peak_of(|| {
        let layout = scan(&mut source, &options, &mut buffer, go_on).expect("it fits");
        let end = layout.image_size();
        // The L2 tables take 128 GiB; two parts of them stand for all.
        for start in [0, end / 2, end - 8 * MIB] {
            let range = HostOffset::new(start)..HostOffset::new(start + 8 * MIB);
            emit_range(&layout, range, &mut source, &mut sink, &mut buffer, go_on)
                .expect("good sides");
        }
        layout
    });
    assert!(layout.image_size() > 128 << 30);
    assert_eq!(layout.allocation().allocated(), PIB / CLUSTER);
    assert_eq!(sink.bytes, 24 * MIB);
    assert!(peak < 64 * KIB, "{peak} bytes of memory");
    assert_eq!((source.reads, source.data_queries), (0, 0));
}
