//! A source that is cut short between the passes.

use std::convert::Infallible;

use qcow2_stream::{Error, Layout, emit, scan};
use qcow2_stream_tests::kit::{go_on, options};

use super::{CLUSTER, SIZE, disk, honest};

fn scanned() -> Layout {
    scan(&mut disk(), &options(CLUSTER, 16), &mut vec![0; 10_000], go_on).expect("a good source")
}

/// Writes the image from what is left of the disk.
fn emit_cut(
    layout: &Layout,
    left: u64,
    sink: &mut Vec<u8>,
) -> Result<(), Error<Infallible, Infallible>> {
    let disk = disk();
    let mut cut = &disk.bytes()[..left as usize];
    emit(layout, &mut cut, sink, &mut vec![0; 10_000], go_on)
}

#[test]
fn an_image_of_a_source_that_lost_data_is_never_reported_complete() {
    let (right, layout) = (honest(), scanned());
    for left in (0..SIZE).step_by(1013).chain([SIZE - 1, SIZE - 777, SIZE - 778]) {
        let mut image = Vec::new();
        let result = emit_cut(&layout, left, &mut image);
        let Err(Error::SourceEnded { offset, size }) = result else {
            panic!("cut to {left} bytes: no such error");
        };
        assert!(offset >= left, "cut to {left} bytes, but the error is at {offset}");
        assert_eq!(size, SIZE);
        assert!(image.len() < right.image.len());
        assert!(right.image.starts_with(&image), "cut to {left} bytes");
    }
}

#[test]
fn an_uncut_source_makes_the_whole_image() {
    let mut image = Vec::new();
    assert!(emit_cut(&scanned(), SIZE, &mut image).is_ok());
    assert!(image == honest().image);
}
