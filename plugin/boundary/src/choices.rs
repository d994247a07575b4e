//! The options as a host hands them in.

use alloc::string::String;

use qcow2_stream::{ClusterSize, DataFile, Options, RefcountBits};

use crate::code::Code;
use crate::failure::Failure;

/// Options of any value. 0 stands for the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices<'a> {
    /// The size of a cluster in bytes; 0 for 65,536.
    pub cluster_size: u64,
    /// The width of a reference count in bits; 0 for 16.
    pub refcount_bits: u64,
    /// The name of the data file, in UTF-8, if the image is to have one.
    pub data_file: Option<&'a [u8]>,
    /// Whether the data file is the whole disk without the image.
    pub data_file_raw: bool,
}

impl Choices<'_> {
    /// The core's options.
    ///
    /// # Errors
    /// If a value is none that the option can have, or there is no memory.
    pub(crate) fn parse(self) -> Result<Options, Failure> {
        let option = |error: &dyn core::fmt::Display| {
            Failure::new(Code::InvalidOption, format_args!("options: {error}"))
        };
        let mut options = Options::default();
        if self.cluster_size != 0 {
            options.cluster_size = ClusterSize::new(self.cluster_size).map_err(|e| option(&e))?;
        }
        if self.refcount_bits != 0 {
            options.refcount_bits =
                RefcountBits::new(self.refcount_bits).map_err(|e| option(&e))?;
        }
        options.data_file = match self.data_file {
            Some(name) => Some(DataFile { name: owned(name)?, raw: self.data_file_raw }),
            None if self.data_file_raw => {
                return Err(option(&"a raw data file needs a name"));
            }
            None => None,
        };
        Ok(options)
    }
}

fn owned(name: &[u8]) -> Result<String, Failure> {
    let name = core::str::from_utf8(name).map_err(|error| {
        Failure::new(
            Code::InvalidOption,
            format_args!(
                "options: the data file name is no UTF-8 from byte {} on",
                error.valid_up_to()
            ),
        )
    })?;
    let mut owned = String::new();
    owned.try_reserve_exact(name.len()).map_err(|_| Failure::memory(name.len()))?;
    owned.push_str(name);
    Ok(owned)
}
