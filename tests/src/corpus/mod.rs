//! The corpus: inputs described in words, and the digests of their images.
//!
//! The digests are those of a peer's output, `qcow2-to-stdout.py` of QEMU, so
//! that agreement byte for byte can be tested without the peer.

mod fill;
mod input;
#[cfg(test)]
mod tests;
mod vector;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

pub use fill::{Fill, Write};
pub use input::Input;
pub use vector::{DataFile, Vector};

const TEXT: &str = include_str!("../../vectors/qcow2-to-stdout.json");

/// The inputs and what is known of their images.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    /// The inputs by name.
    pub inputs: BTreeMap<String, Input>,
    /// One entry for each input and choice of options.
    pub vectors: Vec<Vector>,
}

impl Corpus {
    /// The input with this name.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn input(&self, name: &str) -> &Input {
        let found = self.inputs.get(name);
        found.unwrap_or_else(|| panic!("the corpus has no input {name}"))
    }
}

/// The corpus, read at the first use.
pub fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| serde_json::from_str(TEXT).expect("the corpus is well formed"))
}
