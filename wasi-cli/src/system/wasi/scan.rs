//! The first pass. WASI has no threads.

pub(crate) use qcow2_stream::scan;
