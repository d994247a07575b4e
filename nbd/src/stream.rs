//! The bytes to and from a server, and the patience with it.

use std::io::{ErrorKind, Read, Write};
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::client::Onward;
use crate::error::Error;
use crate::settings::Settings;

/// As much as the server must send within the timeout.
const STRETCH: usize = 64 * 1024;

/// Bytes that are gathered at a time: a few small replies.
const GATHERED: usize = 32 * 1024;

/// A connection.
pub(crate) struct Stream<T> {
    transport: T,
    timeout: Duration,
    stop: Box<dyn Fn() -> bool + Send>,
    /// Since when all that goes on must fit in one timeout, as the negotiation must.
    limited: Option<Instant>,
    /// Whether to take more from the transport than is asked for, and what of that is left.
    gathering: bool,
    gathered: Gathered,
}

impl<T: Read + Write> Stream<T> {
    pub(crate) fn new(transport: T, settings: Settings) -> Self {
        Self {
            transport,
            timeout: settings.timeout,
            stop: settings.stop,
            limited: Some(Instant::now()),
            gathering: false,
            gathered: Gathered::default(),
        }
    }

    /// From here on, the timeout is for each answer.
    pub(crate) fn end_negotiation(&mut self) {
        self.limited = None;
    }

    /// From here on, all that goes on must fit in this time, or in the timeout if that is less.
    pub(crate) fn limit(&mut self, time: Duration) {
        self.timeout = self.timeout.min(time);
        self.limited = Some(Instant::now());
    }

    /// When the time began that is not to exceed the timeout.
    fn begin(&self) -> Instant {
        self.limited.unwrap_or_else(Instant::now)
    }

    /// Reads exactly as many bytes as the buffer holds.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        buffer.chunks_mut(STRETCH).try_for_each(|stretch| self.read_stretch(stretch))
    }

    /// Reads and drops bytes.
    pub(crate) fn skip(&mut self, mut length: u64) -> Result<(), Error> {
        let mut scratch = [0; 4096];
        while length > 0 {
            let part = usize::try_from(length).unwrap_or(usize::MAX).min(scratch.len());
            let part = scratch.get_mut(..part).unwrap_or_default();
            self.read(part)?;
            length = length.saturating_sub(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    /// Reads a structure of a known size.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        self.read(&mut array)?;
        Ok(array)
    }

    fn read_stretch(&mut self, mut buffer: &mut [u8]) -> Result<(), Error> {
        let begin = self.begin();
        while !buffer.is_empty() {
            match self.take(buffer) {
                Ok(0) => return Err(Error::Closed),
                Ok(read) => {
                    let rest = std::mem::take(&mut buffer).get_mut(read..);
                    buffer = rest.unwrap_or_default();
                    // Whoever sends a byte now and then must not be waited for for ever.
                    if !buffer.is_empty() {
                        self.check_time(begin)?;
                    }
                }
                Err(error) => self.wait(begin, error)?,
            }
        }
        Ok(())
    }

    /// Says whether small pieces follow one another, so that several are worth taking at once.
    pub(crate) fn gather(&mut self, small: bool) {
        self.gathering = small;
    }

    fn take(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.gathered.left().is_empty() {
            if !self.gathering || buffer.len() >= GATHERED {
                return self.transport.read(buffer);
            }
            self.gathered.fill(&mut self.transport)?;
        }
        self.gathered.read(buffer)
    }

    /// Lets bytes that are to be read go on to elsewhere, at most `length` of them, and returns how many did. Fewer
    /// mean that the rest is to be read. Only the time that the server takes counts, not that of the other side.
    pub(crate) fn pass(&mut self, length: u32, onward: &mut dyn Onward<T>) -> Result<u32, Error> {
        if !self.gathered.left().is_empty() {
            // Some of them have been taken from the transport already.
            return Ok(0);
        }
        let (mut passed, mut stretch, mut waited) = (0_u32, 0_usize, Duration::ZERO);
        while passed < length {
            waited = self.await_bytes(onward, waited)?;
            let most = usize::try_from(length.saturating_sub(passed)).unwrap_or(usize::MAX);
            let taken = onward.take_from(&mut self.transport, most).min(most);
            if taken == 0 {
                break;
            }
            passed = passed.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX));
            stretch = stretch.saturating_add(taken);
            if stretch >= STRETCH {
                (stretch, waited) = (0, Duration::ZERO);
            } else if passed < length {
                self.check_wait(waited)?;
            }
        }
        Ok(passed)
    }

    /// Waits for bytes, having waited for some time before, and returns for how long altogether.
    fn await_bytes(
        &mut self,
        onward: &mut dyn Onward<T>,
        before: Duration,
    ) -> Result<Duration, Error> {
        let begin = Instant::now();
        loop {
            let ready = onward.is_ready(&mut self.transport);
            let waited = before.saturating_add(begin.elapsed());
            if ready {
                return Ok(waited);
            }
            self.check_stop()?;
            self.check_wait(waited)?;
        }
    }

    /// Sends all of the bytes.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let begin = self.begin();
        while !bytes.is_empty() {
            match self.transport.write(bytes) {
                Ok(0) => return Err(Error::Closed),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) => self.wait(begin, error)?,
            }
        }
        Ok(())
    }

    /// Sends bytes if that can be done at once. It does not matter whether they arrive.
    pub(crate) fn write_once(&mut self, bytes: &[u8]) {
        let _ = self.transport.write(bytes);
    }

    /// Ends the work of whoever was asked to stop.
    pub(crate) fn check_stop(&self) -> Result<(), Error> {
        if (self.stop)() { Err(Error::Stopped) } else { Ok(()) }
    }

    /// Decides whether what stopped a transfer is worth another try.
    fn wait(&self, begin: Instant, error: std::io::Error) -> Result<(), Error> {
        match error.kind() {
            ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut => {}
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => return Err(Error::Closed),
            _ => return Err(error.into()),
        }
        self.check_stop()?;
        self.check_time(begin)
    }

    fn check_time(&self, begin: Instant) -> Result<(), Error> {
        self.check_wait(begin.elapsed())
    }

    fn check_wait(&self, waited: Duration) -> Result<(), Error> {
        if waited >= self.timeout {
            return Err(Error::Stalled(self.timeout));
        }
        Ok(())
    }
}

/// Bytes that came with others.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    /// Those that are left.
    range: Range<usize>,
}

impl Gathered {
    fn left(&self) -> &[u8] {
        self.bytes.get(self.range.clone()).unwrap_or_default()
    }

    /// Takes what the transport has, at most as much as there is room for. There are none left.
    fn fill(&mut self, transport: &mut impl Read) -> std::io::Result<()> {
        self.range = 0..0;
        self.bytes.resize(GATHERED, 0);
        self.range.end = transport.read(&mut self.bytes)?;
        Ok(())
    }
}

impl Read for Gathered {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.left().read(buffer)?;
        self.range.start = self.range.start.saturating_add(read);
        Ok(read)
    }
}
