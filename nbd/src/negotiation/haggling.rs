//! Options go out, replies come in, and neither goes on for ever.

use std::io::{Read, Write};

use crate::error::Error;
use crate::stream::Stream;
use crate::wire::option::OptionKind;
use crate::wire::option_reply::{OptionError, OptionReply, ReplyKind};

/// The most replies to one option that are read. A list of exports may be long.
const MOST_REPLIES: u32 = 10_000;

/// The most data of a reply, in bytes: two of the longest strings, and numbers.
const LONGEST_REPLY: u32 = 16 * 1024;

/// How an option ended.
pub(crate) enum Ended {
    Acknowledged,
    Failed(OptionError, Vec<u8>),
}

/// A negotiation under way.
pub(crate) struct Haggling<'a, T> {
    pub(crate) stream: &'a mut Stream<T>,
}

impl<'a, T: Read + Write> Haggling<'a, T> {
    pub(crate) fn new(stream: &'a mut Stream<T>) -> Self {
        Self { stream }
    }

    /// Sends an option, and hands the data of each reply of the kind `expected` to `take`, until the last one.
    pub(crate) fn ask(
        &mut self,
        option: OptionKind,
        data: &[u8],
        expected: ReplyKind,
        mut take: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Ended, Error> {
        self.stream.write(&option.encode(data))?;
        for _ in 0..MOST_REPLIES {
            let (kind, data) = self.reply(option)?;
            match kind {
                ReplyKind::Ack => return Ok(Ended::Acknowledged),
                ReplyKind::Error(error) => return Ok(Ended::Failed(error, data)),
                kind if kind == expected => take(&data)?,
                kind => {
                    let what = format!("a reply of the kind {kind:?} to the option {option:?}");
                    return Err(Error::protocol(what));
                }
            }
        }
        let what = format!("more than {MOST_REPLIES} replies to the option {option:?}");
        Err(Error::protocol(what))
    }

    fn reply(&mut self, option: OptionKind) -> Result<(ReplyKind, Vec<u8>), Error> {
        let reply = OptionReply::decode(&self.stream.array()?);
        let reply = reply
            .ok_or_else(|| Error::protocol("a wrong magic number before a reply to an option"))?;
        if reply.option != option.number() {
            let what = format!("a reply to the option {}, but {option:?} was sent", reply.option);
            return Err(Error::protocol(what));
        }
        if reply.length > LONGEST_REPLY {
            let what = format!("a reply of {} bytes to the option {option:?}", reply.length);
            return Err(Error::protocol(what));
        }
        let mut data = vec![0; usize::try_from(reply.length).unwrap_or(0)];
        self.stream.read(&mut data)?;
        Ok((reply.kind, data))
    }
}
