//! The reader takes good images and catches each fault.

mod faults;
mod guest;
mod handmade;
mod lookup;
mod mutations;
mod qemu_made;
mod raw;
mod widths;

use std::io::Cursor;

use super::{Error, Image, Summary};

/// Opens the image and checks everything, the order too.
fn verify(bytes: &[u8]) -> Result<Summary, Error> {
    let mut image = Image::open(Cursor::new(bytes.to_vec()))?;
    let summary = image.check()?;
    image.check_streaming_order()?;
    Ok(summary)
}
