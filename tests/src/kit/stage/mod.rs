//! A conversion whose source and sink do as a script says, and write down every call.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

mod sink;
mod source;

pub use sink::Sink;
pub use source::Source;

/// More calls than any conversion on a stage makes; a loop without end is found by them.
const MOST_CALLS: usize = 2_000_000;

/// A call that the library made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Call {
    /// The source's size was asked for.
    Size,
    /// The source was read.
    Read {
        /// Where, in bytes of the source.
        offset: u64,
        /// The room for bytes.
        length: usize,
    },
    /// The source was read as far as it is cached.
    Cached {
        /// Where, in bytes of the source.
        offset: u64,
        /// The room for bytes.
        length: usize,
    },
    /// The source's next data were asked for.
    NextData {
        /// From where on, in bytes of the source.
        offset: u64,
    },
    /// The sink was asked to copy bytes of the source.
    Copy {
        /// Which bytes of the source.
        range: Range<u64>,
        /// Where to, in bytes of the image.
        offset: u64,
    },
    /// The sink was given bytes.
    Write {
        /// Where to, in bytes of the image.
        offset: u64,
        /// How many.
        length: usize,
    },
}

/// What the script has a call do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// What a good source or sink does. A sink then copies nothing by itself.
    Honest,
    /// It fails with [`Failed`].
    Failure,
    /// It handles as many bytes, as far as there is room, and says this number.
    Count(usize),
    /// It says that the next data are here.
    Data(Option<Range<u64>>),
}

/// The failure of the call with this number, counted from 0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Failed(pub usize);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} was told to fail", self.0)
    }
}

impl std::error::Error for Failed {}

/// Says what each call does, from its number and itself.
type Script = dyn FnMut(usize, &Call) -> Answer;

/// The calls of both sides in their order, and the script. Clones share both.
#[derive(Clone)]
pub struct Stage {
    calls: Rc<RefCell<Vec<Call>>>,
    script: Rc<RefCell<Script>>,
}

impl Stage {
    /// A stage with this script.
    pub fn new(script: impl FnMut(usize, &Call) -> Answer + 'static) -> Self {
        Self { calls: Rc::default(), script: Rc::new(RefCell::new(script)) }
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    /// How many calls there were so far.
    pub fn count(&self) -> usize {
        self.calls.borrow().len()
    }

    /// Writes a call down; its number, and what it is to do.
    fn act(&self, call: Call) -> Result<Answer, Failed> {
        let number = self.count();
        assert!(number < MOST_CALLS, "the conversion does not end");
        let answer = (self.script.borrow_mut())(number, &call);
        self.calls.borrow_mut().push(call);
        if answer == Answer::Failure { Err(Failed(number)) } else { Ok(answer) }
    }
}
