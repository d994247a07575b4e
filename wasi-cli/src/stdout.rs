//! Standard output as a place for an image.

use std::io::IsTerminal;

use anyhow::anyhow;

use crate::failure::Failure;
use crate::system::stream;

/// What messages call it.
pub(crate) const NAME: &str = "standard output";

/// Makes sure that there is one.
pub(crate) fn check_open() -> Result<(), Failure> {
    if stream::stdout_is_closed() {
        return Err(Failure::sink(NAME, anyhow!("it is closed")));
    }
    Ok(())
}

/// Makes sure that an image may go there.
pub(crate) fn check_image() -> Result<(), Failure> {
    check_open()?;
    if std::io::stdout().is_terminal() {
        return Err(Failure::usage(
            "refusing to write an image to a terminal; redirect standard output, or use -o FILE",
        ));
    }
    Ok(())
}
