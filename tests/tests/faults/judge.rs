//! What a fault may lead to.

use serde::Deserialize;

use crate::call::Class;
use crate::fault::{Fault, Kind};
use crate::way::{Output, Way};

/// The exit status that blames the input.
const INPUT: i32 = 4;

/// The exit status that blames the output.
const OUTPUT: i32 = 5;

/// How a conversion ended.
#[derive(Debug, Deserialize)]
pub(crate) struct Ended {
    /// Its exit status; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it wrote to standard error.
    pub(crate) stderr: String,
    /// Whether it had to be killed because it did not end.
    #[serde(default)]
    pub(crate) hung: bool,
    /// How many of its calls met the fault.
    pub(crate) hits: usize,
    /// What is there that was not before.
    pub(crate) left: Vec<String>,
    pub(crate) image: Image,
}

/// What the output has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub(crate) enum Image {
    /// There is no file.
    None,
    /// What it had before.
    Old,
    /// The right image.
    Whole,
    /// The beginning of the right image.
    Begins,
    /// Something else.
    Other,
}

/// What a fault led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// The right image, and status 0.
    Absorbed,
    /// A failure that blames the right side.
    Told,
    /// The call was not made: with several threads, there may be one less of a kind.
    Unreached,
}

/// What a fault must lead to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Must {
    Absorb,
    Tell,
    /// One or the other: a fault that passes may be survived by another try.
    Either,
}

/// Judges a conversion in which there was a fault. What is wrong, if anything is.
pub(crate) fn judge(way: Way, fault: &Fault, ended: &Ended) -> Result<Verdict, String> {
    let code = nothing_worse(ended)?;
    let verdict = if code == 0 { Verdict::Absorbed } else { Verdict::Told };
    if code == 0 {
        whole(ended)?;
    } else {
        blamed(fault, code)?;
        says_so(&ended.stderr)?;
        no_image(way, ended)?;
    }
    match (ended.hits, must(way, fault), verdict) {
        (0, _, Verdict::Absorbed) => Ok(Verdict::Unreached),
        (0, ..) => Err("a failure without a fault".to_owned()),
        (_, Must::Absorb, Verdict::Told) => Err("it should have been absorbed".to_owned()),
        (_, Must::Tell, Verdict::Absorbed) => Err("it should have been told".to_owned()),
        _ => Ok(verdict),
    }
}

/// It ended by itself, without a panic, and alone. Its exit status.
fn nothing_worse(ended: &Ended) -> Result<i32, String> {
    if ended.hung {
        return Err("it did not end".to_owned());
    }
    if ended.stderr.contains("panicked") {
        return Err("it panicked".to_owned());
    }
    if !ended.left.is_empty() {
        return Err(format!("it left {:?}", ended.left));
    }
    ended.code.ok_or_else(|| "a signal ended it".to_owned())
}

/// The image is there, and nothing is said.
fn whole(ended: &Ended) -> Result<(), String> {
    if ended.image != Image::Whole {
        return Err("a wrong image".to_owned());
    }
    if !ended.stderr.is_empty() {
        return Err("a success says nothing".to_owned());
    }
    Ok(())
}

/// The status is that of a side on which there was a fault.
fn blamed(fault: &Fault, code: i32) -> Result<(), String> {
    let sides = fault.call().sides;
    let (input, output) = match fault.kind {
        Kind::Killed => (true, false),
        // The side from which, or to which, all transfers fail.
        Kind::ReadError if fault.lasting => (true, false),
        Kind::SourceInterrupted | Kind::SourceBusy => (true, false),
        Kind::SinkInterrupted | Kind::SinkBusy => (false, true),
        Kind::WriteError | Kind::FullDisk | Kind::ClosedPipe if fault.lasting && sides.output => {
            (false, true)
        }
        _ => (sides.input, sides.output),
    };
    if (input && code == INPUT) || (output && code == OUTPUT) {
        return Ok(());
    }
    Err("the wrong side is blamed".to_owned())
}

/// A message is a line, and says who speaks.
fn says_so(stderr: &str) -> Result<(), String> {
    if stderr.lines().count() == 1 && stderr.starts_with("qcow2-to-stdout: ") {
        return Ok(());
    }
    Err("the message is not one line with the command's name".to_owned())
}

/// There is no new file, and what went out is how the image begins.
fn no_image(way: Way, ended: &Ended) -> Result<(), String> {
    let fine = match way.output {
        Output::NewFile => ended.image == Image::None,
        Output::OldFile => ended.image == Image::Old,
        // After the last byte, there can still be a change to tell of.
        _ => matches!(ended.image, Image::Begins | Image::Whole),
    };
    if fine { Ok(()) } else { Err("the output has what it should not".to_owned()) }
}

fn must(way: Way, fault: &Fault) -> Must {
    let call = fault.call();
    let moves = matches!(call.class, Class::Read | Class::Write | Class::Move);
    match fault.kind {
        Kind::Interrupted if moves || call.class == Class::Wait => Must::Absorb,
        Kind::ShortRead | Kind::ShortWrite | Kind::Unsupported => Must::Absorb,
        // An output that is full for the moment is waited for.
        Kind::WouldBlock if call.sides.output && moves => Must::Absorb,
        Kind::FullDisk => Must::Tell,
        // What a server still says when all is read doesn't matter.
        _ if fault.lasting && (way.is_raw() || call.sides.output) => Must::Tell,
        _ => Must::Either,
    }
}
