//! The bytes that a write puts into an input.

use std::ops::Range;
use std::sync::OnceLock;

use serde::Deserialize;

/// How many generated numbers lie between two remembered states.
const STRIDE: u64 = 512;

/// Bytes that go over what an input had before.
#[derive(Clone, Debug, Deserialize)]
pub struct Write {
    /// Where they go.
    pub offset: u64,
    /// How many there are.
    pub length: u64,
    /// What they are.
    #[serde(flatten)]
    pub fill: Fill,
    /// States of the generator, so that a read needn't start from the seed.
    #[serde(skip)]
    states: OnceLock<Vec<u64>>,
}

/// Where a write's bytes come from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Fill {
    /// One byte again and again.
    #[serde(rename = "byte")]
    Byte(u8),
    /// Marsaglia's xorshift64 from this seed; each new state gives eight
    /// bytes, the least significant first.
    #[serde(rename = "xorshift64")]
    Xorshift64(u64),
}

impl Write {
    /// A write that no corpus has, for a test's own input.
    pub fn new(offset: u64, length: u64, fill: Fill) -> Self {
        Self { offset, length, fill, states: OnceLock::new() }
    }

    /// The bytes of the input that the write covers.
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.length
    }

    /// Puts the write's bytes over the part of `buf` that it covers; `buf`
    /// holds the input from `offset` on.
    pub(crate) fn apply(&self, offset: u64, buf: &mut [u8]) {
        let from = self.offset.max(offset);
        let to = self.range().end.min(offset + buf.len() as u64);
        if from < to {
            let part = &mut buf[(from - offset) as usize..(to - offset) as usize];
            self.generate(from - self.offset, part);
        }
    }

    /// Fills `buf` with the write's bytes from its `skip`th one on.
    fn generate(&self, skip: u64, buf: &mut [u8]) {
        let seed = match self.fill {
            Fill::Byte(byte) => return buf.fill(byte),
            Fill::Xorshift64(seed) => seed,
        };
        let number = skip / 8;
        let mut state = self.states(seed)[(number / STRIDE) as usize];
        for _ in 0..number % STRIDE {
            state = step(state);
        }
        let mut within = (skip % 8) as usize;
        let mut rest = buf;
        while !rest.is_empty() {
            state = step(state);
            let bytes = &state.to_le_bytes()[within..];
            let count = bytes.len().min(rest.len());
            let (head, tail) = rest.split_at_mut(count);
            head.copy_from_slice(&bytes[..count]);
            (rest, within) = (tail, 0);
        }
    }

    fn states(&self, seed: u64) -> &[u64] {
        self.states.get_or_init(|| {
            let numbers = self.length.div_ceil(8);
            let mut states = vec![seed];
            let mut state = seed;
            for number in 1..=numbers {
                state = step(state);
                if number.is_multiple_of(STRIDE) {
                    states.push(state);
                }
            }
            states
        })
    }
}

fn step(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ (state << 17)
}
