//! One expected image.

use serde::Deserialize;

/// An input, the options, and the image that they must make.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The input's name.
    pub input: String,
    /// The cluster size in bytes.
    pub cluster_size: u64,
    /// A refcount's width in bits.
    pub refcount_bits: u32,
    /// The external data file, if the image has one.
    pub data_file: Option<DataFile>,
    /// The image's length in bytes.
    pub length: u64,
    /// The image's SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

/// What an image says of its external data file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// The name in the image's header extension.
    pub name: String,
    /// Whether the image says that the data file is raw.
    pub raw: bool,
}

impl Vector {
    /// A short name for messages: `dense-3M c=65536 r=16`, then `d` with a
    /// data file and `dR` with a raw one.
    pub fn label(&self) -> String {
        let Self { input, cluster_size, refcount_bits, .. } = self;
        let data = match &self.data_file {
            None => "",
            Some(DataFile { raw: false, .. }) => " d",
            Some(DataFile { raw: true, .. }) => " dR",
        };
        format!("{input} c={cluster_size} r={refcount_bits}{data}")
    }
}
