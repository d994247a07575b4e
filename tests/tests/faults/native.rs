//! The native command, and every call that it makes to the kernel.

use std::sync::Mutex;

use crate::fault::{Fault, Kind, kinds};
use crate::judge::judge;
use crate::tally::Tally;
use crate::tracer::Call;
use crate::way::{Output, Source, Stage, Way};

/// How many conversions are under way at a time. Most of them wait for their tracer.
const THREADS: usize = 4;

/// Has every call of a way fail in every way.
#[track_caller]
fn each_fault(way: Way) -> Tally {
    let first = Stage::new(way);
    let right = first.right();
    let ran = first.run(None);
    assert_eq!(ran.traced.code, Some(0), "{}", ran.traced.stderr);
    assert_eq!(ran.traced.unknown, [0; 0], "numbers of calls that the tracer's lists lack");
    assert!(ran.image.as_ref() == Some(&right), "{way:?} makes another image");
    let faults = faults(way, &ran.traced.calls);
    let (next, done) = (Mutex::new(faults.iter()), Mutex::new((Tally::default(), Vec::new())));
    let work = || {
        let stage = Stage::new(way);
        loop {
            let Some(fault) = next.lock().expect("no panic").next() else { return };
            let ran = stage.run(Some(fault));
            let verdict = judge(way, fault, &ran, &right);
            let mut done = done.lock().expect("no panic");
            match verdict {
                Ok(verdict) => done.0.add(fault.kind, verdict),
                Err(wrong) => {
                    let (code, stderr) = (ran.traced.code, &ran.traced.stderr);
                    done.1.push(format!("{fault}: {wrong}; status {code:?}: {stderr}"));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    let (tally, wrong) = done.into_inner().expect("no panic");
    println!("{way:?}: {} calls, {tally}", ran.traced.calls.len());
    assert!(wrong.is_empty(), "{way:?}: {} of them:\n{}", wrong.len(), wrong.join("\n"));
    tally
}

/// All faults that these calls can meet.
fn faults(way: Way, calls: &[Call]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let alike =
            alike.by_ref().filter(|other| other.name == call.name && other.sides == call.sides);
        let nth = alike.count();
        let mut kinds = kinds(call, way.is_to_file());
        kinds.extend((way.source == Source::Image).then_some((Kind::Killed, false)));
        faults
            .extend(kinds.into_iter().map(|(kind, lasting)| Fault::new(*call, nth, kind, lasting)));
    }
    faults
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_pipe_may_fail() {
    each_fault(Way::native(Source::Raw, Output::Pipe));
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_socket_may_fail() {
    each_fault(Way::native(Source::Raw, Output::Socket));
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_redirected_output_may_fail() {
    each_fault(Way::native(Source::Raw, Output::Redirected));
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_new_file_may_fail() {
    each_fault(Way::native(Source::Raw, Output::NewFile));
}

#[test]
fn any_call_on_the_way_from_a_raw_disk_to_a_file_that_is_replaced_may_fail() {
    each_fault(Way::native(Source::Raw, Output::OldFile));
}

#[test]
fn any_call_on_the_way_from_an_image_to_a_pipe_may_fail() {
    each_fault(Way::native(Source::Image, Output::Pipe));
}

#[test]
fn any_call_on_the_way_from_an_image_to_a_new_file_may_fail() {
    each_fault(Way::native(Source::Image, Output::NewFile));
}

#[test]
fn any_call_on_the_way_from_a_server_to_a_pipe_may_fail() {
    each_fault(Way::native(Source::Nbd, Output::Pipe));
}

#[test]
fn any_call_on_the_way_from_a_server_to_a_new_file_may_fail() {
    each_fault(Way::native(Source::Nbd, Output::NewFile));
}
