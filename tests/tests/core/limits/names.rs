//! The data file's name has to fit into the first cluster.

use qcow2_stream::{PlanError, scan};
use qcow2_stream_tests::kit::{CLUSTER_SIZES, ImageFile, go_on, options, with_data_file};
use qcow2_stream_tests::reader::Image;

use super::{Zeros, assert_says, refusal, remedy};

/// What is left of the first cluster by the fields of the header, the name's type and length, and
/// the end marker.
fn longest(cluster_size: u64) -> u64 {
    cluster_size - 112 - 8 - 8
}

fn name(length: u64) -> String {
    "n".repeat(length as usize)
}

#[test]
fn the_longest_name_fits_with_every_cluster_size() {
    for cluster_size in CLUSTER_SIZES {
        let name = name(longest(cluster_size));
        for raw in [false, true] {
            let options = with_data_file(options(cluster_size, 16), &name, raw);
            let layout = scan(&mut Zeros(1 << 20), &options, &mut [0; 16], go_on)
                .unwrap_or_else(|error| panic!("{cluster_size}: {error}"));
            let image = Image::open(ImageFile::new(&layout, Zeros(1 << 20)))
                .unwrap_or_else(|error| panic!("{cluster_size}: {error}"));
            let found = image.extensions().data_file_name.as_deref();
            assert!(found == Some(name.as_bytes()), "{cluster_size}: another name");
            assert_eq!(image.header().data_file_raw, raw);
        }
    }
}

#[test]
fn a_byte_more_is_refused_with_every_cluster_size() {
    for cluster_size in CLUSTER_SIZES {
        let limit = longest(cluster_size);
        let options = with_data_file(options(cluster_size, 16), &name(limit + 1), false);
        let refusal = refusal(&options, 1 << 20);
        let next = Some(cluster_size * 2).filter(|size| *size <= 2 << 20);
        let numbers = [limit + 1, limit, cluster_size];
        assert_says(&refusal, &numbers.map(|number| number.to_string()));
        assert_says(&refusal, &[remedy(next)]);
    }
}

#[test]
fn the_length_of_a_name_is_counted_in_bytes() {
    let fits = "é".repeat(192);
    let options = |name: &str| with_data_file(options(512, 16), name, false);
    assert!(scan(&mut Zeros(0), &options(&fits), &mut [0], go_on).is_ok());
    let refusal = refusal(&options(&format!("{fits}n")), 0);
    assert!(matches!(refusal, PlanError::DataFileNameLength { length: 385, limit: 384, .. }));
}

#[test]
fn a_name_that_no_file_can_have_is_refused() {
    for (name, what) in [("", "empty"), ("a\0b", "NUL"), ("\0", "NUL")] {
        let options = with_data_file(options(65_536, 16), name, false);
        let refusal = refusal(&options, 1 << 20);
        assert!(matches!(refusal, PlanError::DataFileName(_)), "{refusal}");
        assert_says(&refusal, &[what.into(), "give it the name".into()]);
    }
}
