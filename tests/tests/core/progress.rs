//! What the progress callback is told.

use std::ops::ControlFlow;

use qcow2_stream::{HostOffset, Phase, Progress, convert, emit_range};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::kit::{Holeless, Memory, go_on, options};

fn disk() -> Memory {
    let writes =
        vec![Write::new(0, 200_000, Fill::Xorshift64(1)), Write::new(700_000, 1, Fill::Byte(1))];
    Memory::new(&Input::new(900_001, writes))
}

/// The events go from nothing to all, and never back.
#[track_caller]
fn assert_whole(events: &[Progress], total: u64) {
    assert_eq!(events.first().map(|event| event.bytes), Some(0));
    assert_eq!(events.last().map(|event| event.bytes), Some(total));
    assert!(events.iter().all(|event| event.total == total));
    assert!(events.is_sorted_by_key(|event| event.bytes));
}

#[test]
fn both_phases_go_from_nothing_to_all() {
    let mut events = Vec::new();
    let mut image = Vec::new();
    let note = |event| {
        events.push(event);
        ControlFlow::Continue(())
    };
    let mut buffer = vec![0; 10_000];
    convert(&mut Holeless(disk()), &mut image, &options(4096, 16), &mut buffer, note)
        .expect("a good source and a good sink");
    let emitting = events.partition_point(|event| event.phase == Phase::Scan);
    let (scan, emit) = events.split_at(emitting);
    assert!(emit.iter().all(|event| event.phase == Phase::Emit));
    assert_whole(scan, 900_001);
    assert_whole(emit, image.len() as u64);
    assert!(scan.len() > 80 && emit.len() > 20, "{} and {}", scan.len(), emit.len());
}

#[test]
fn a_range_counts_by_itself() {
    let mut image = Vec::new();
    let (options, mut buffer) = (options(4096, 16), vec![0; 10_000]);
    let layout = convert(&mut disk(), &mut image, &options, &mut buffer, go_on)
        .expect("a good source and a good sink");
    let range = HostOffset::new(30_001)..HostOffset::new(180_002);
    let (mut part, mut events) = (Vec::new(), Vec::new());
    let note = |event| {
        events.push(event);
        ControlFlow::Continue(())
    };
    emit_range(&layout, range, &mut disk(), &mut part, &mut buffer, note)
        .expect("a good source and a good sink");
    assert_whole(&events, 150_001);
    assert_eq!(part, image[30_001..180_002]);
}
