//! Any disk with any options: an independent reader finds in the image what was put in.

mod case;
mod expected;

use std::io::Cursor;

use proptest::prelude::*;
use qcow2_stream::{AllocationMap, Layout, LayoutSummary, convert};
use qcow2_stream_tests::kit::{Holeless, Memory, go_on};
use qcow2_stream_tests::reader::{self, Image};

use case::{Case, cases};
use expected::Expected;

type File = Cursor<Vec<u8>>;

/// The image of the case, and its plan.
fn image_of(case: &Case, disk: &Memory) -> (Layout, Vec<u8>) {
    let (mut image, mut buffer) = (Vec::new(), vec![0; case.buffer]);
    let (options, disk) = (&case.options, disk.clone());
    let layout = if case.tells_holes {
        convert(&mut { disk }, &mut image, options, &mut buffer, go_on)
    } else {
        convert(&mut Holeless(disk), &mut image, options, &mut buffer, go_on)
    };
    (layout.expect("a good source and a good sink"), image)
}

fn open(image: Vec<u8>, disk: &Memory, data_file: bool) -> Image<File> {
    let opened = if data_file {
        Image::open_with_data(File::new(image), File::new(disk.bytes().to_vec()))
    } else {
        Image::open(File::new(image))
    };
    opened.expect("the reader opens the image")
}

/// The figures that the library must have given, by the reader's count.
fn figures(
    case: &Case,
    image: &Image<File>,
    found: &reader::Summary,
    length: u64,
) -> LayoutSummary {
    let header = image.header();
    let l1_clusters = (header.l1_entries * 8).div_ceil(found.cluster_size);
    let tables = header.refcount_table_clusters + found.refcount_blocks + l1_clusters;
    let options = &case.options;
    let full = AllocationMap::full(options.cluster_size, case.input.size).expect("one run");
    let full = Layout::plan(options, full).expect("a disk of a few MiB");
    LayoutSummary {
        required: length,
        fully_allocated: full.image_size(),
        virtual_size: found.virtual_size,
        cluster_size: found.cluster_size,
        refcount_bits: found.refcount_bits.into(),
        allocated_clusters: found.allocated_clusters,
        metadata_bytes: (1 + tables + found.l2_tables) * found.cluster_size,
    }
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let disk = Memory::new(&case.input);
    let expected = Expected::new(&case.options, disk.bytes());
    let (layout, bytes) = image_of(case, &disk);
    let length = bytes.len() as u64;
    if case.options.data_file.is_none() {
        let guest = &bytes[layout.metadata_size() as usize..];
        prop_assert!(guest == expected.allocated_bytes(), "the image's last part");
    }
    let mut image = open(bytes, &disk, case.options.data_file.is_some());
    let found = image.check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    let order = image.check_streaming_order();
    prop_assert!(order.is_ok(), "{order:?}");
    prop_assert_eq!(layout.summary(), figures(case, &image, &found, length));
    prop_assert_eq!(found.virtual_size, expected.virtual_size);
    prop_assert_eq!(found.cluster_size, case.options.cluster_size.bytes());
    prop_assert_eq!(u64::from(found.refcount_bits), case.options.refcount_bits.bits());
    let data_file = case.options.data_file.as_ref();
    prop_assert_eq!(found.data_file_raw, data_file.is_some_and(|file| file.raw));
    prop_assert_eq!(found.data_file_name, data_file.map(|file| file.name.clone().into_bytes()));
    prop_assert_eq!(image.allocated_ranges(), Ok(expected.allocated_ranges.clone()));
    let mut guest = vec![0xee; expected.virtual_size as usize];
    image.read_guest(0, &mut guest).expect("the guest can be read");
    prop_assert!(guest == expected.guest_bytes(), "the guest's bytes differ");
    Ok(())
}

proptest! {
    #![proptest_config(crate::properties())]

    #[test]
    fn the_reader_finds_in_the_image_what_was_put_in(case in cases()) {
        check(&case)?;
    }
}
