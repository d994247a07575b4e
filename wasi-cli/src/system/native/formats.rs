//! Inputs that are not raw.

/// What to do with a disk of another format.
pub(crate) fn help(format: &str) -> String {
    format!("convert it first: qemu-img convert -f '{format}' -O raw INPUT disk.raw")
}
