//! The negotiation: from the greeting to an export that can be read.

mod haggling;
mod steps;

use std::io::{Read, Write};

use crate::error::Error;
use crate::export::Export;
use crate::stream::Stream;
use crate::wire::greeting::Greeting;
use crate::wire::option;
use haggling::Haggling;

/// Comes to terms with a server about an export.
pub(crate) fn negotiate<T: Read + Write>(
    stream: &mut Stream<T>,
    name: &[u8],
) -> Result<Export, Error> {
    option::check_name(name)?;
    let greeting = Greeting::decode(&stream.array()?)?;
    stream.write(&greeting.client_flags())?;
    let mut haggling = Haggling::new(stream);
    if !greeting.fixed_newstyle {
        return steps::export_name(&mut haggling, name, greeting);
    }
    let structured = steps::structured_reply(&mut haggling)?;
    let context = if structured { steps::base_allocation(&mut haggling, name)? } else { None };
    match steps::go(&mut haggling, name)? {
        Some(export) => Ok(Export { structured, context, ..export }),
        None => {
            let export = steps::export_name(&mut haggling, name, greeting)?;
            Ok(Export { structured, context, ..export })
        }
    }
}
