//! Calls out of a process or a module, whoever watches them.

use serde::{Deserialize, Serialize};

/// What a call does, as far as faults go.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Class {
    /// It brings bytes.
    Read,
    /// It takes bytes.
    Write,
    /// It moves bytes from one descriptor to another.
    Move,
    /// It waits.
    Wait,
    /// It gives a descriptor back, whatever it says.
    Close,
    /// Anything else.
    Other,
}

/// Which sides a call is about: one that moves bytes from one to the other is about both.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Sides {
    pub(crate) input: bool,
    pub(crate) output: bool,
}

impl Sides {
    pub(crate) const NONE: Self = Self { input: false, output: false };
    pub(crate) const INPUT: Self = Self { input: true, output: false };
    pub(crate) const OUTPUT: Self = Self { input: false, output: true };
}

/// A call that is about the input, the output, or both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    pub(crate) sides: Sides,
    /// Whether it can move less than it is asked to.
    pub(crate) divisible: bool,
}
