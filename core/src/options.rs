//! What the user may choose.

use alloc::collections::TryReserveError;
use alloc::string::String;

use crate::geometry::{ClusterSize, RefcountBits};

/// How the image is to be laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", default, deny_unknown_fields))]
pub struct Options {
    /// The size of a cluster in bytes.
    pub cluster_size: ClusterSize,
    /// The width of a reference count in bits.
    pub refcount_bits: RefcountBits,
    /// Where the guest clusters lie if not in the image.
    pub data_file: Option<DataFile>,
}

/// The external data file that holds the guest clusters: the source itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub struct DataFile {
    /// The name that the image records. QEMU opens it as it opens any file name.
    pub name: String,
    /// Sets the raw external data bit: the data file is the whole disk without a look at the
    /// image, so every cluster is mapped, and the source need not be read at all.
    #[cfg_attr(feature = "serde", serde(default))]
    pub raw: bool,
}

impl Options {
    /// A copy, if there is memory for the data file's name.
    pub(crate) fn try_clone(&self) -> Result<Self, TryReserveError> {
        let data_file = self.data_file.as_ref().map(DataFile::try_clone).transpose()?;
        Ok(Self { data_file, ..*self })
    }
}

impl DataFile {
    fn try_clone(&self) -> Result<Self, TryReserveError> {
        let mut name = String::new();
        name.try_reserve_exact(self.name.len())?;
        name.push_str(&self.name);
        Ok(Self { name, raw: self.raw })
    }
}
