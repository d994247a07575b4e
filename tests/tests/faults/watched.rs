//! Front ends that are processes, and every call that they make to the kernel.

use std::sync::Mutex;

use qcow2_stream_tests::command::FrontEnd;

use crate::judge::Image;
use crate::plan::faults;
use crate::tally::Tally;
use crate::way::{Output, Source, Stage, Way};

/// How many conversions of a way are under way at a time.
fn threads(way: Way) -> usize {
    // Where a daemon is there, many wait for its end.
    match way.source {
        Source::Image => 12,
        Source::Large => 1,
        _ => 3,
    }
}

/// Has every call of a way fail in every way.
#[track_caller]
fn each_fault(front_end: FrontEnd, source: Source, output: Output) {
    let way = Way { front_end, source, output };
    let tally = Mutex::new(Tally::new(way));
    let ran = Stage::new(way).run(None);
    assert_eq!((ran.ended.code, ran.ended.image), (Some(0), Image::Whole), "{:?}", ran.ended);
    // What an engine does for itself is its own affair.
    let unknown = if front_end == FrontEnd::Native { &ran.unknown[..] } else { &[] };
    assert_eq!(unknown, [0; 0], "numbers of calls that the tracer's lists lack");
    let faults = faults(way, &ran.calls);
    let next = Mutex::new(faults.iter());
    let work = || {
        let stage = Stage::new(way);
        loop {
            let Some(fault) = next.lock().expect("no panic").next() else { return };
            let ran = stage.run(Some(fault));
            tally.lock().expect("no panic").add(fault, &ran.ended);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads(way) {
            scope.spawn(work);
        }
    });
    tally.into_inner().expect("no panic").conclude(&ran.calls);
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_pipe_may_fail() {
    each_fault(FrontEnd::Native, Source::Raw, Output::Pipe);
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_socket_may_fail() {
    each_fault(FrontEnd::Native, Source::Raw, Output::Socket);
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_redirected_output_may_fail() {
    each_fault(FrontEnd::Native, Source::Raw, Output::Redirected);
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_new_file_may_fail() {
    each_fault(FrontEnd::Native, Source::Raw, Output::NewFile);
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_file_that_is_replaced_may_fail() {
    each_fault(FrontEnd::Native, Source::Raw, Output::OldFile);
}

#[test]
fn any_call_by_which_the_kernel_moves_a_large_disk_to_a_pipe_may_fail() {
    each_fault(FrontEnd::Native, Source::Large, Output::Pipe);
}

#[test]
fn any_call_on_the_way_from_a_server_to_a_pipe_may_fail() {
    each_fault(FrontEnd::Native, Source::Nbd, Output::Pipe);
}

#[test]
fn any_call_on_the_way_from_a_server_to_a_new_file_may_fail() {
    each_fault(FrontEnd::Native, Source::Nbd, Output::NewFile);
}

#[test]
fn any_call_on_the_way_from_an_image_to_a_pipe_may_fail() {
    each_fault(FrontEnd::Native, Source::Image, Output::Pipe);
}

#[test]
fn any_call_on_the_way_from_an_image_to_a_new_file_may_fail() {
    each_fault(FrontEnd::Native, Source::Image, Output::NewFile);
}

/// To a pipe, wasmtime writes pieces of 4 KiB, each of which would be a call.
#[test]
fn any_call_of_wasmtime_on_the_way_to_a_new_file_may_fail() {
    each_fault(FrontEnd::Wasmtime, Source::Raw, Output::NewFile);
}
