//! What comes from the server: one reply, or one chunk of one.

use std::io::{Read, Write};

use super::Client;
use super::pass::Direct;
use crate::coverage::Refused;
use crate::error::Error;
use crate::pending::{Read as PendingRead, Status};
use crate::text::ServerText;
use crate::window::Window;
use crate::wire::chunk::{self, ChunkKind};
use crate::wire::errno;
use crate::wire::reply::{self, ChunkHeader, Form, Simple};

/// What a chunk is about.
enum About {
    Read { offset: u64, length: u32 },
    Status(Status),
}

impl<T: Read + Write> Client<T> {
    /// Receives a simple reply or a chunk, whoever it is for.
    pub(super) fn receive(&mut self, direct: Direct<'_, T>) -> Result<(), Error> {
        self.stream.check_stop()?;
        // Probes are answered in small pieces, of which several come at once.
        self.stream.gather(self.probes.len() > 0);
        match Form::decode(self.stream.array::<{ reply::MAGIC }>()?) {
            Some(Form::Simple) => self.simple(direct),
            Some(Form::Structured) if self.export.structured => self.chunk(direct),
            Some(Form::Structured) => {
                Err(Error::protocol("a structured reply, though none were agreed on"))
            }
            None => Err(Error::protocol("a wrong magic number before a reply")),
        }
    }

    fn simple(&mut self, direct: Direct<'_, T>) -> Result<(), Error> {
        let simple = Simple::decode(&self.stream.array()?);
        match self.about(simple.cookie)? {
            About::Status(status) if simple.error != 0 => {
                self.status = Some(Status { failed: true, ..status });
                self.finish_status()
            }
            About::Read { offset, length } if simple.error != 0 => {
                let error = read_error(offset, length, simple.error, ServerText::default());
                self.fail_read(simple.cookie, error)?;
                self.finish_read(simple.cookie)
            }
            About::Read { offset, length } if !self.export.structured => {
                self.data(simple.cookie, offset, length, direct)?;
                self.finish_read(simple.cookie)
            }
            _ => Err(Error::protocol("a simple reply where only a structured one can be")),
        }
    }

    fn chunk(&mut self, direct: Direct<'_, T>) -> Result<(), Error> {
        let header = ChunkHeader::decode(&self.stream.array()?);
        let kind = ChunkKind::from(header.kind);
        match (kind, self.about(header.cookie)?) {
            (ChunkKind::None, _) if header.length == 0 && header.done => {}
            (ChunkKind::OffsetData, About::Read { .. }) => self.offset_data(header, direct)?,
            (ChunkKind::OffsetHole, About::Read { .. }) => self.offset_hole(header, direct)?,
            (ChunkKind::BlockStatus, About::Status(status)) => self.block_status(header, status)?,
            (ChunkKind::Error, About::Read { offset, length }) => {
                let (number, message) = self.error(header)?;
                self.fail_read(header.cookie, read_error(offset, length, number, message))?;
            }
            (ChunkKind::Error, About::Status(status)) => {
                self.error(header)?;
                if status.failed {
                    return Err(Error::protocol("a second error for one request"));
                }
                self.status = Some(Status { failed: true, ..status });
            }
            (kind, _) => {
                let length = header.length;
                let what = format!("a chunk {kind:?} of {length} bytes that fits no request");
                return Err(Error::protocol(what));
            }
        }
        if header.done { self.finish(header.cookie) } else { Ok(()) }
    }

    /// What a reply with this cookie is about.
    fn about(&mut self, cookie: u64) -> Result<About, Error> {
        if let Some(status) = self.status.filter(|status| status.cookie == cookie) {
            return Ok(About::Status(status));
        }
        match self.read_of(cookie) {
            Some(read) => Ok(About::Read { offset: read.offset, length: read.length }),
            None => Err(Error::protocol(format!(
                "a reply with the cookie {cookie:#x}, which no request has that waits for one"
            ))),
        }
    }

    /// The read or the probe that has this cookie.
    fn read_of(&mut self, cookie: u64) -> Option<&mut PendingRead> {
        read_of(&mut self.window, &mut self.probes, cookie)
    }

    fn offset_data(&mut self, header: ChunkHeader, direct: Direct<'_, T>) -> Result<(), Error> {
        let length = header.length.checked_sub(8).filter(|length| *length > 0);
        let length = length.ok_or_else(|| Error::protocol("a chunk of data without data"))?;
        let offset = u64::from_be_bytes(self.stream.array::<{ chunk::OFFSET }>()?);
        self.data(header.cookie, offset, length, direct)
    }

    /// Receives bytes of a read, having made sure that they were asked for.
    fn data(
        &mut self,
        cookie: u64,
        offset: u64,
        length: u32,
        direct: Direct<'_, T>,
    ) -> Result<(), Error> {
        let (passed, direct) = match direct {
            Direct::Pass(passage) => {
                (self.pass_payload(cookie, offset, length, passage)?, Direct::Own)
            }
            direct => (0, direct),
        };
        if passed == length {
            return Ok(());
        }
        let (offset, length) =
            (offset.saturating_add(passed.into()), length.saturating_sub(passed));
        match self.place(cookie, offset, length, direct)? {
            Place::Nowhere => self.stream.skip(length.into()),
            Place::Direct(bytes) => self.stream.read(bytes),
            Place::Own(range) => {
                let Self { stream, window, probes, .. } = self;
                let read = read_of(window, probes, cookie);
                let bytes = read.and_then(|read| read.buffer.get_mut(range));
                stream.read(bytes.unwrap_or_default())
            }
        }
    }

    fn offset_hole(&mut self, header: ChunkHeader, direct: Direct<'_, T>) -> Result<(), Error> {
        if usize::try_from(header.length) != Ok(chunk::HOLE) {
            let what = format!("a chunk of a hole with {} bytes", header.length);
            return Err(Error::protocol(what));
        }
        let (offset, length) = chunk::hole(&self.stream.array()?);
        match self.place(header.cookie, offset, length, direct)? {
            Place::Nowhere => {}
            Place::Direct(bytes) => bytes.fill(0),
            Place::Own(range) => {
                let read = self.read_of(header.cookie);
                let bytes = read.and_then(|read| read.buffer.get_mut(range));
                bytes.unwrap_or_default().fill(0);
            }
        }
        Ok(())
    }

    /// Finds the place for bytes of a read, and notes that they have come.
    fn place<'a>(
        &mut self,
        cookie: u64,
        offset: u64,
        length: u32,
        direct: Direct<'a, T>,
    ) -> Result<Place<'a>, Error> {
        let read = self.read_of(cookie);
        let part = read.and_then(|read| Some((read.part(offset, length)?, read)));
        let (part, read) = part.ok_or_else(|| {
            Error::protocol(format!(
                "{length} bytes at offset {offset}, of which not all were asked for"
            ))
        })?;
        read.coverage.add(part.clone()).map_err(|refused| refused_bytes(refused, offset))?;
        if !read.wanted {
            return Ok(Place::Nowhere);
        }
        let range = wide(part.start)..wide(part.end);
        if let Direct::Buffer(awaited, bytes) = direct
            && awaited == cookie
        {
            return Ok(Place::Direct(bytes.get_mut(range).unwrap_or_default()));
        }
        self.window.provide_buffer(cookie);
        self.probes.provide_buffer(cookie);
        Ok(Place::Own(range))
    }

    fn block_status(&mut self, header: ChunkHeader, status: Status) -> Result<(), Error> {
        let bytes = header.length.saturating_sub(chunk::CONTEXT);
        // An extent has 8 bytes.
        let extents = bytes >> 3;
        if bytes == 0 || !bytes.is_multiple_of(8) || status.told {
            let what = format!("a block status of {} bytes, or a second one", header.length);
            return Err(Error::protocol(what));
        }
        let context = u32::from_be_bytes(self.stream.array()?);
        if Some(context) != self.export.context {
            let what = format!("a block status of the context {context}, which was not agreed on");
            return Err(Error::protocol(what));
        }
        self.status = Some(Status { told: true, ..status });
        self.extents.begin(status.offset);
        let (mut position, mut room) = (status.offset, true);
        for _ in 0..extents {
            let (length, zero) = chunk::extent(self.stream.array()?);
            if length == 0 || position >= status.end() {
                let what =
                    format!("an extent of {length} bytes at offset {position}, where none can be");
                return Err(Error::protocol(what));
            }
            // Only the last one may reach beyond what was asked for.
            position = position.saturating_add(length.into());
            room = room && self.extents.push(position.min(status.end()), zero);
        }
        self.extents.finish(self.export.block.minimum, self.export.size);
        Ok(())
    }

    fn error(&mut self, header: ChunkHeader) -> Result<(u32, ServerText), Error> {
        if header.length > chunk::LONGEST_ERROR {
            let what = format!("an error of {} bytes", header.length);
            return Err(Error::protocol(what));
        }
        let mut data = vec![0; wide(header.length)];
        self.stream.read(&mut data)?;
        chunk::error(&data).ok_or_else(|| Error::protocol("an error whose message is cut short"))
    }

    /// The last chunk of a reply has come.
    fn finish(&mut self, cookie: u64) -> Result<(), Error> {
        if self.status.is_some_and(|status| status.cookie == cookie) {
            self.finish_status()
        } else {
            self.finish_read(cookie)
        }
    }

    fn finish_status(&mut self) -> Result<(), Error> {
        match self.status.take() {
            // A server that cannot tell holes can have its data read.
            Some(Status { failed: true, .. }) => self.export.context = None,
            Some(Status { told: false, .. }) => {
                return Err(Error::protocol("a block status without an extent"));
            }
            _ => {}
        }
        Ok(())
    }

    fn finish_read(&mut self, cookie: u64) -> Result<(), Error> {
        if let Some(read) = self.read_of(cookie) {
            if !read.failed && !read.coverage.is_complete(read.length) {
                return Err(Error::protocol(format!(
                    "a reply that leaves out some of {} bytes at offset {}",
                    read.length, read.offset
                )));
            }
            read.done = true;
        }
        self.window.sweep();
        self.probes.sweep();
        Ok(())
    }

    /// The server could not read something. Of a probe that says nothing: an ordinary read will tell.
    fn fail_read(&mut self, cookie: u64, error: Error) -> Result<(), Error> {
        let probe = self.probes.find(cookie).filter(|probe| !probe.failed).ok_or(error)?;
        (probe.failed, probe.wanted) = (true, false);
        self.pace.give_up();
        Ok(())
    }
}

fn read_of<'a>(
    window: &'a mut Window,
    probes: &'a mut Window,
    cookie: u64,
) -> Option<&'a mut PendingRead> {
    window.find(cookie).or_else(|| probes.find(cookie))
}

/// Where bytes of a read go.
enum Place<'a> {
    /// Nobody wants them.
    Nowhere,
    /// To the caller.
    Direct(&'a mut [u8]),
    /// Into a part of the read's own buffer.
    Own(std::ops::Range<usize>),
}

fn refused_bytes(refused: Refused, offset: u64) -> Error {
    Error::protocol(match refused {
        Refused::Again => format!("bytes at offset {offset} twice in one reply"),
        Refused::TooManyPieces => "a reply in too many pieces".to_owned(),
    })
}

fn read_error(offset: u64, length: u32, number: u32, message: ServerText) -> Error {
    Error::Read { offset, length, reason: errno::in_words(number), message }
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
