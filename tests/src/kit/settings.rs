//! Options in one call, and a progress callback that never stops anything.

use std::ops::ControlFlow;

use qcow2_stream::{ClusterSize, DataFile, Options, Progress, RefcountBits};

use crate::corpus::Vector;

/// Every cluster size that an image may have.
pub const CLUSTER_SIZES: [u64; 13] = {
    let mut sizes = [512; 13];
    let mut at = 1;
    while at < sizes.len() {
        sizes[at] = sizes[at - 1] * 2;
        at += 1;
    }
    sizes
};

/// Every width of a reference count that an image may have.
pub const REFCOUNT_WIDTHS: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Options without a data file.
///
/// # Panics
///
/// If the numbers are none that the format allows.
pub fn options(cluster_size: u64, refcount_bits: u64) -> Options {
    Options {
        cluster_size: ClusterSize::new(cluster_size).expect("the format has this cluster size"),
        refcount_bits: RefcountBits::new(refcount_bits).expect("the format has this width"),
        data_file: None,
    }
}

/// The same options with a data file.
pub fn with_data_file(mut options: Options, name: &str, raw: bool) -> Options {
    options.data_file = Some(DataFile { name: name.into(), raw });
    options
}

/// The options that a reference vector was made with.
pub fn options_of(vector: &Vector) -> Options {
    let options = options(vector.cluster_size, vector.refcount_bits.into());
    match &vector.data_file {
        Some(file) => with_data_file(options, &file.name, file.raw),
        None => options,
    }
}

/// A progress callback that lets the conversion go on.
pub fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
