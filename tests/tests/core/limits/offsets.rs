//! Table entries have offsets of 56 bits.

use qcow2_stream::{AllocationMap, GuestCluster, Layout, PlanError, scan};
use qcow2_stream_tests::kit::{CLUSTER_SIZES, ImageFile, go_on, options, with_data_file};
use qcow2_stream_tests::reader::Image;

use super::{Zeros, assert_says, refusal};

const END: u64 = 1 << 56;
const CLUSTER: u64 = 2 << 20;

#[test]
fn a_data_file_may_end_at_64_pib_and_not_beyond() {
    for raw in [false, true] {
        let options = with_data_file(options(CLUSTER, 16), "disk", raw);
        for size in [END - CLUSTER + 1, END] {
            let layout = scan(&mut Zeros(size), &options, &mut [0; 16], go_on).expect("it fits");
            let image = Image::open(ImageFile::new(&layout, Zeros(size))).expect("a good header");
            assert_eq!(image.header().virtual_size, size.next_multiple_of(512));
        }
        let refusal = refusal(&options, END + 1);
        let expected = PlanError::Offset { what: "the data file", end: END + CLUSTER };
        assert_eq!(refusal, expected);
        let numbers = [END + CLUSTER, END];
        assert_says(&refusal, &numbers.map(|number| number.to_string()));
        assert_says(&refusal, &["the data file".into(), "64 PiB".into()]);
    }
}

#[test]
fn a_disk_beyond_64_pib_is_good_while_its_image_is_small() {
    let size = 1 << 61;
    let layout = scan(&mut Zeros(size), &options(CLUSTER, 16), &mut [0; 16], go_on);
    assert_eq!(layout.expect("it fits").summary().virtual_size, size);
}

#[test]
fn an_image_may_end_at_64_pib_and_not_beyond() {
    let plan = |clusters: u64| {
        let options = options(CLUSTER, 16);
        let mut map = AllocationMap::new(options.cluster_size, 1 << 58);
        map.allocate(GuestCluster::new(0)..GuestCluster::new(clusters))?;
        Layout::plan(&options, map)
    };
    // The header, a refcount table, refcount blocks of 2^20 counts each, the L1 table of 2^19
    // entries, and an L2 table for each 2^18 clusters.
    let room = END / CLUSTER;
    let metadata = 1 + 1 + room / (1 << 20) + 2 + room.div_ceil(1 << 18);
    let most = room - metadata;
    let layout = plan(most).expect("the largest image");
    assert_eq!(layout.image_size(), END);
    let refusal = plan(most + 1).expect_err("a cluster too many");
    assert!(matches!(refusal, PlanError::Offset { what: "the image", end } if end > END));
    assert_says(&refusal, &["the image".into(), END.to_string(), "64 PiB".into()]);
}

#[test]
fn a_map_of_another_cluster_size_is_refused() {
    for (asked, other) in CLUSTER_SIZES.iter().flat_map(|a| CLUSTER_SIZES.map(|b| (*a, b))) {
        let map = AllocationMap::new(options(other, 16).cluster_size, 1 << 20);
        let result = Layout::plan(&options(asked, 16), map);
        if asked == other {
            assert!(result.is_ok());
            continue;
        }
        let refusal = result.expect_err("another cluster size");
        assert!(matches!(refusal, PlanError::ClusterSize { .. }), "{refusal}");
        assert_says(&refusal, &[asked.to_string(), other.to_string()]);
    }
}
