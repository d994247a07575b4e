//! The options in turn.

use std::io::{Read, Write};

use super::haggling::{Ended, Haggling};
use crate::error::{Error, Refusal};
use crate::export::{BlockSize, Export, check_size, is_read_only};
use crate::fields::Fields;
use crate::text::ServerText;
use crate::wire::greeting::Greeting;
use crate::wire::info::Info;
use crate::wire::meta_context::{self, BASE_ALLOCATION};
use crate::wire::option::{self, OptionKind};
use crate::wire::option_reply::{OptionError, ReplyKind};

/// How many names of exports are worth telling.
const MOST_NAMES: usize = 20;

/// Bytes of padding behind the answer to `NBD_OPT_EXPORT_NAME`, unless both sides do without.
const ZEROES: u64 = 124;

/// Asks for structured replies. Whether the server can do that.
pub(crate) fn structured_reply<T: Read + Write>(
    haggling: &mut Haggling<'_, T>,
) -> Result<bool, Error> {
    let ended = haggling.ask(OptionKind::StructuredReply, &[], ReplyKind::Ack, |_| Ok(()))?;
    acknowledged(ended)
}

/// Asks for block status. The number of the context, if the server has it.
pub(crate) fn base_allocation<T: Read + Write>(
    haggling: &mut Haggling<'_, T>,
    name: &[u8],
) -> Result<Option<u32>, Error> {
    let data = option::set_meta_context(name, BASE_ALLOCATION)?;
    let mut context = None;
    let ended =
        haggling.ask(OptionKind::SetMetaContext, &data, ReplyKind::MetaContext, |data| {
            let id = meta_context::decode(data);
            let id = id.ok_or_else(|| Error::protocol("a metadata context without a number"))?;
            match (id, context) {
                (Some(_), Some(_)) => {
                    Err(Error::protocol("the metadata context base:allocation twice"))
                }
                (None, _) => Err(Error::protocol("a metadata context that was not asked for")),
                (Some(_), None) => {
                    context = id;
                    Ok(())
                }
            }
        })?;
    Ok(context.filter(|_| matches!(ended, Ended::Acknowledged)))
}

/// Whether the server agrees. That it insists on TLS ends everything.
fn acknowledged(ended: Ended) -> Result<bool, Error> {
    match ended {
        Ended::Acknowledged => Ok(true),
        Ended::Failed(OptionError::TlsRequired, data) => {
            Err(Refusal::TlsRequired(ServerText::new(&data)).into())
        }
        Ended::Failed(..) => Ok(false),
    }
}

/// Chooses the export. `None` if the server does not know this option.
pub(crate) fn go<T: Read + Write>(
    haggling: &mut Haggling<'_, T>,
    name: &[u8],
) -> Result<Option<Export>, Error> {
    let (mut told, mut block) = (None, None);
    let ended = haggling.ask(OptionKind::Go, &option::go(name)?, ReplyKind::Info, |data| {
        let info = Info::decode(data);
        match info.ok_or_else(|| Error::protocol("information on the export of a wrong length"))? {
            Info::Export { size, flags } => told = Some((size, flags)),
            Info::BlockSize { minimum, preferred, maximum } => {
                block = Some(BlockSize::new(minimum, preferred, maximum)?);
            }
            Info::Unknown => {}
        }
        Ok(())
    })?;
    match ended {
        Ended::Acknowledged => {
            let told =
                told.ok_or_else(|| Error::protocol("it did not tell the size of the export"));
            let (size, flags) = told?;
            plain(size, flags, block.unwrap_or_default()).map(Some)
        }
        Ended::Failed(OptionError::Unsupported, _) => Ok(None),
        Ended::Failed(error, data) => Err(refusal(haggling, name, error, &data).into()),
    }
}

/// An export of which no more is known than this.
fn plain(size: u64, flags: u16, block: BlockSize) -> Result<Export, Error> {
    let (size, read_only) = (check_size(size)?, is_read_only(flags));
    Ok(Export { size, read_only, structured: false, context: None, block })
}

fn refusal<T: Read + Write>(
    haggling: &mut Haggling<'_, T>,
    name: &[u8],
    error: OptionError,
    data: &[u8],
) -> Refusal {
    let (name, message) = (ServerText::new(name), ServerText::new(data));
    match error {
        OptionError::TlsRequired => Refusal::TlsRequired(message),
        OptionError::UnknownExport => {
            // What goes wrong from here on must not hide what went wrong before.
            let offered = list(haggling).ok().flatten();
            Refusal::UnknownExport { name, message, offered }
        }
        error => Refusal::Export { name, reason: error.in_words(), message },
    }
}

/// The names of the exports that there are, if the server tells.
fn list<T: Read + Write>(haggling: &mut Haggling<'_, T>) -> Result<Option<Vec<ServerText>>, Error> {
    let mut names = Vec::new();
    let ended = haggling.ask(OptionKind::List, &[], ReplyKind::Server, |data| {
        let mut fields = Fields(data);
        let name = fields.u32().and_then(|length| fields.bytes(length));
        let name = name.ok_or_else(|| Error::protocol("an export without a name"))?;
        if names.len() < MOST_NAMES {
            names.push(ServerText::new(name));
        }
        Ok(())
    })?;
    let _ = haggling.stream.write(&OptionKind::Abort.encode(&[]));
    Ok(Some(names).filter(|_| matches!(ended, Ended::Acknowledged)))
}

/// Chooses the export in the way of servers that know no other. They close if they have no such export.
pub(crate) fn export_name<T: Read + Write>(
    haggling: &mut Haggling<'_, T>,
    name: &[u8],
    greeting: Greeting,
) -> Result<Export, Error> {
    haggling.stream.write(&OptionKind::ExportName.encode(name))?;
    let answer: [u8; 10] = haggling.stream.array().map_err(|error| match error {
        Error::Closed => Error::Refused(Refusal::UnknownExport {
            name: ServerText::new(name),
            message: ServerText::default(),
            offered: None,
        }),
        error => error,
    })?;
    let mut fields = Fields(&answer);
    let (size, flags) = (fields.u64().unwrap_or(0), fields.u16().unwrap_or(0));
    if !greeting.no_zeroes {
        haggling.stream.skip(ZEROES)?;
    }
    plain(size, flags, BlockSize::default())
}
