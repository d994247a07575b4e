//! The L1 table has at most 32 MiB, hence 2^22 entries.

use qcow2_stream::{PlanError, scan};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::kit::{
    CLUSTER_SIZES, ImageFile, REFCOUNT_WIDTHS, Synthetic, go_on, options, with_data_file,
};
use qcow2_stream_tests::reader::Image;

use super::{Zeros, assert_says, refusal, remedy};

const L1_ENTRIES: u64 = 1 << 22;

/// What an L1 table of the most entries maps: each has an L2 table of a cluster.
fn largest(cluster_size: u64) -> u64 {
    L1_ENTRIES * (cluster_size / 8) * cluster_size
}

#[test]
fn an_image_at_the_limit_is_good_with_every_cluster_size() {
    for cluster_size in CLUSTER_SIZES {
        let size = largest(cluster_size);
        // The last byte of the disk puts the last L1 entry to use.
        let input = Input::new(size, vec![Write::new(size - 1, 1, Fill::Byte(1))]);
        let disk = || Synthetic::new(&input);
        let layout = scan(&mut disk(), &options(cluster_size, 16), &mut [0; 16], go_on)
            .unwrap_or_else(|error| panic!("{cluster_size}: {error}"));
        let mut image = Image::open(ImageFile::new(&layout, disk()))
            .unwrap_or_else(|error| panic!("{cluster_size}: {error}"));
        let summary = image.check().unwrap_or_else(|error| panic!("{cluster_size}: {error}"));
        assert_eq!(summary.virtual_size, size);
        assert_eq!(image.header().l1_entries, L1_ENTRIES);
        let last_cluster = size - cluster_size..size;
        assert_eq!(image.allocated_ranges(), Ok(vec![last_cluster]));
    }
}

#[test]
fn a_sector_beyond_the_limit_is_refused_with_every_cluster_size() {
    for cluster_size in CLUSTER_SIZES {
        let size = largest(cluster_size) + 512;
        for refcount_bits in REFCOUNT_WIDTHS {
            let refusal = refusal(&options(cluster_size, refcount_bits), size);
            let l1_table = (L1_ENTRIES + 1) * 8;
            assert!(matches!(
                refusal,
                PlanError::L1Table { virtual_size, cluster_size: asked, l1_table: table, .. }
                    if virtual_size == size && asked.bytes() == cluster_size && table == l1_table
            ));
            let next = Some(cluster_size * 2).filter(|size| *size <= 2 << 20);
            let numbers = [size, cluster_size, l1_table, 32 << 20];
            assert_says(&refusal, &numbers.map(|number| number.to_string()));
            assert_says(&refusal, &[remedy(next)]);
        }
    }
}

#[test]
fn a_byte_beyond_the_limit_counts_as_a_sector() {
    let size = largest(512);
    let refusal = refusal(&options(512, 16), size + 1);
    assert_says(&refusal, &[(size + 512).to_string()]);
}

#[test]
fn the_remedy_is_the_smallest_cluster_size_that_does() {
    for (asked, cluster_size) in CLUSTER_SIZES.iter().enumerate() {
        for does in &CLUSTER_SIZES[asked + 1..] {
            let refusal = refusal(&options(*cluster_size, 16), largest(*does));
            assert_says(&refusal, &[remedy(Some(*does))]);
            assert!(scan(&mut Zeros(largest(*does)), &options(*does, 16), &mut [0], go_on).is_ok());
        }
    }
}

#[test]
fn a_raw_data_file_is_held_to_the_same_limit() {
    let raw = with_data_file(options(512, 16), "disk", true);
    assert!(scan(&mut Zeros(largest(512)), &raw, &mut [0], go_on).is_ok());
    let refusal = refusal(&raw, largest(512) + 512);
    assert_says(&refusal, &[remedy(Some(1024))]);
}

#[test]
fn a_disk_larger_than_an_offset_of_qemu_is_refused() {
    // Whole sectors only, so that the last one below 2^63 is out of reach for a byte more.
    let most = (1_u64 << 63) - 512;
    for size in [most + 1, 1 << 63, u64::MAX - 511, u64::MAX] {
        for cluster_size in CLUSTER_SIZES {
            let refusal = refusal(&options(cluster_size, 16), size);
            assert_eq!(refusal, PlanError::SourceTooLarge { size });
            assert_says(&refusal, &[size.to_string(), most.to_string()]);
        }
    }
    let refusal = refusal(&options(2 << 20, 16), most);
    assert!(matches!(refusal, PlanError::L1Table { .. }), "{refusal}");
    assert_says(&refusal, &[remedy(None)]);
}
