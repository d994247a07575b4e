//! Which faults a way is to meet, from the calls of a conversion that meets none.

use qcow2_stream_tests::command::FrontEnd;

use crate::call::{Call, Class};
use crate::fault::{Fault, Kind, kinds};
use crate::way::{Source, Way};

/// All faults of all calls.
pub(crate) fn faults(way: Way, calls: &[Call]) -> Vec<Fault> {
    let numbered = calls.iter().enumerate().map(|(at, call)| {
        let alike = |other: &&Call| other.name == call.name && other.sides == call.sides;
        (at, call, calls[..=at].iter().filter(alike).count())
    });
    let faults = numbered.flat_map(|(at, call, nth)| {
        let kinds = kinds_for(way, call, at).into_iter();
        kinds.map(move |(kind, lasting)| Fault::new(*call, nth, kind, lasting))
    });
    faults.collect()
}

/// The kinds that a call is to meet, and whether they last.
fn kinds_for(way: Way, call: &Call, at: usize) -> Vec<(Kind, bool)> {
    let mut kinds = kinds(call, way.is_to_file());
    if !way.is_raw() {
        // A connection isn't used again after an error.
        kinds.retain(|(_, lasting)| !lasting || call.sides.output);
        // Nor does a socket say "interrupted" or "not now" for ever, as a file system in user space may of a file.
        kinds.retain(|(kind, _)| !matches!(kind, Kind::SourceInterrupted | Kind::SourceBusy));
    }
    match way.source {
        // What only a large disk meets is what the kernel moves; the rest is for the smaller one.
        Source::Large if call.class != Class::Move => kinds.clear(),
        Source::Image => {
            // What may come over a connection, the ways from a server show. So of that each call meets one kind.
            let (errors, others): (Vec<_>, Vec<_>) =
                kinds.into_iter().partition(|(kind, _)| kind.is_error());
            let other = others.get(at % others.len().max(1)).copied();
            kinds = errors.into_iter().chain(other).chain([(Kind::Killed, false)]).collect();
        }
        _ => {}
    }
    if way.front_end != FrontEnd::Native {
        // There is no way to ask a host whether an output is ready, so it is tried as long as it takes.
        kinds.retain(|(kind, _)| *kind != Kind::SinkBusy);
    }
    if way.front_end == FrontEnd::Wasmtime {
        // Two that it does not pass on, as the README says; and it is the engine that tries again when interrupted.
        kinds.retain(|(kind, _)| !matches!(kind, Kind::WouldBlock | Kind::ClosedPipe));
        kinds.retain(|(kind, _)| !matches!(kind, Kind::SourceInterrupted | Kind::SinkInterrupted));
        if call.name == "statx" && call.sides.output {
            // It makes a file, and then fails to look at it: the module is not told that there is one.
            kinds.clear();
        }
    }
    kinds
}
