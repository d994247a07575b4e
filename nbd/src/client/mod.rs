//! The client: reads of an export, and where it holds data.

mod ahead;
mod pass;
mod probe;
mod receive;
mod source;

pub use pass::Onward;

use std::fmt;
use std::io::{Read, Write};
use std::time::Duration;

use self::pass::Direct;
use crate::error::Error;
use crate::export::Export;
use crate::extents::Extents;
use crate::negotiation::negotiate;
use crate::pace::Pace;
use crate::pending::Status;
use crate::settings::{LARGEST_REQUEST, Settings};
use crate::socket::Socket;
use crate::stream::Stream;
use crate::uri::Uri;
use crate::window::Window;
use crate::wire::request::{Command, Request};

/// A connection to an export, which is a [`qcow2_stream::ReadAt`].
///
/// It reads ahead. After an error it is of no further use, and says the same again.
pub struct Client<T: Read + Write> {
    stream: Stream<T>,
    export: Export,
    /// Bytes of a read, and how many may be under way.
    request: u32,
    depth: usize,
    window: Window,
    /// How many reads are worth having under way, at present.
    ahead: usize,
    /// Where the last read of the caller ended.
    fetched: u64,
    /// The looks at fronts of clusters that are under way, and how many are worth having.
    probes: Window,
    probing: usize,
    pace: Pace,
    extents: Extents,
    /// The question for extents that is under way.
    status: Option<Status>,
    /// Requests that are still to be sent.
    outgoing: Vec<u8>,
    next_cookie: u64,
    /// What went wrong before.
    broken: Option<String>,
}

impl Client<Socket> {
    /// Connects to the server that a URI names, and chooses the export.
    ///
    /// # Errors
    /// [`Error`], with [`Error::Refused`] if server and client cannot come to terms.
    pub fn open(uri: &Uri, settings: Settings) -> Result<Self, Error> {
        let socket = Socket::connect(&uri.address, &settings)?;
        Self::new(socket, &uri.export, settings)
    }
}

impl<T: Read + Write> Client<T> {
    /// Chooses an export over a connection that was just made.
    ///
    /// # Errors
    /// As for [`open`](Client::open).
    pub fn new(transport: T, export: &[u8], settings: Settings) -> Result<Self, Error> {
        let (wanted, depth) = (settings.request.min(LARGEST_REQUEST), settings.depth.max(1));
        let mut stream = Stream::new(transport, settings);
        let export = negotiate(&mut stream, export)?;
        stream.end_negotiation();
        let request = export.block.request(wanted);
        let under_way = u64::from(request).saturating_mul(u64::try_from(depth).unwrap_or(u64::MAX));
        Ok(Self {
            stream,
            request,
            export,
            depth,
            window: Window::default(),
            ahead: 1,
            fetched: u64::MAX,
            probes: Window::default(),
            probing: probe::FIRST,
            pace: Pace::new(under_way.saturating_mul(MEASURED)),
            extents: Extents::default(),
            status: None,
            outgoing: Vec::new(),
            next_cookie: 1,
            broken: None,
        })
    }

    /// What the server has agreed to.
    #[must_use]
    pub fn export(&self) -> Export {
        self.export
    }

    /// Puts a request among those to be sent, and returns the cookie of its reply.
    fn request(&mut self, command: Command, offset: u64, length: u32) -> u64 {
        let cookie = self.next_cookie;
        self.next_cookie = cookie.wrapping_add(1);
        self.outgoing.extend(Request { command, cookie, offset, length }.encode());
        cookie
    }

    fn send(&mut self) -> Result<(), Error> {
        let sent = self.stream.write(&self.outgoing);
        self.outgoing.clear();
        sent
    }

    /// Refuses to go on after an error, for nothing is certain about a reply from then on.
    fn unless_broken<V>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<V, Error>,
    ) -> Result<V, Error> {
        if let Some(what) = &self.broken {
            return Err(Error::Broken(what.clone()));
        }
        let done = work(self);
        if let Err(error) = &done {
            self.broken = Some(error.in_full());
        }
        done
    }
}

/// Says goodbye, having heard what is still under way: some servers crash if their answers meet a closed connection.
impl<T: Read + Write> Drop for Client<T> {
    fn drop(&mut self) {
        if self.broken.is_some() {
            return;
        }
        self.window.forget();
        self.probes.forget();
        self.stream.limit(FAREWELL);
        while self.window.len() > 0 || self.probes.len() > 0 || self.status.is_some() {
            if self.receive(Direct::Own).is_err() {
                return;
            }
        }
        self.request(Command::Disconnect, 0, 0);
        self.stream.write_once(&self.outgoing);
    }
}

/// How many times as much as is under way is read to know how long that takes.
const MEASURED: u64 = 4;

/// How long the last answers are waited for.
const FAREWELL: Duration = Duration::from_secs(1);

impl<T: Read + Write> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("export", &self.export).finish_non_exhaustive()
    }
}
