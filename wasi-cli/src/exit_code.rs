//! What the exit status says. It is part of the interface; the help text and the README list it.

/// The image, or the measurement, is complete.
pub(crate) const SUCCESS: u8 = 0;

/// Something else failed: no memory, process, thread or descriptor to be had, or a defect of the program.
pub(crate) const OTHER: u8 = 1;

/// The command line asks for what can't be done. Clap ends with the same number.
pub(crate) const USAGE: u8 = 2;

/// No image with these options can hold this disk.
pub(crate) const REFUSED: u8 = 3;

/// The input could not be read, or changed while it was read.
pub(crate) const SOURCE: u8 = 4;

/// The output could not be written.
pub(crate) const SINK: u8 = 5;
