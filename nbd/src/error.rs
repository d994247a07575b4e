//! What can go wrong between a client and a server.

use std::io;
use std::time::Duration;

use crate::text::ServerText;

/// Why a disk behind a server could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody answers at the address.
    #[error("cannot connect to {0}")]
    Connect(String, #[source] io::Error),
    /// The connection failed.
    #[error("the connection to the NBD server failed")]
    Io(#[from] io::Error),
    /// The connection ended in the middle.
    #[error("the NBD server closed the connection before it had answered")]
    Closed,
    /// The server said nothing for too long.
    #[error("the NBD server sent nothing for {} seconds, or less than 64 KiB in that time", .0.as_secs())]
    Stalled(Duration),
    /// Whoever waits was asked to stop.
    #[error("stopped while waiting for the NBD server")]
    Stopped,
    /// The server does not do what the protocol says.
    #[error("the NBD server broke the protocol: {0}")]
    Protocol(String),
    /// The server, or this client, will not do what is asked for.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server could not read the disk.
    #[error("the NBD server could not read {length} bytes at offset {offset}: {reason}{}", said(.message))]
    Read {
        /// Where, in bytes of the disk.
        offset: u64,
        /// How many bytes were asked for.
        length: u32,
        /// What the server's error number means.
        reason: String,
        /// What it says itself.
        message: ServerText,
    },
    /// An earlier error has made the connection useless.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    /// A breach of the protocol.
    pub(crate) fn protocol(what: impl Into<String>) -> Self {
        Self::Protocol(what.into())
    }

    /// The error and its cause, on one line.
    pub(crate) fn in_full(&self) -> String {
        match std::error::Error::source(self) {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }
}

/// Why a server and this client cannot come to terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Whoever answers speaks another protocol.
    #[error("no NBD server answers there: it began with {0:02x?}, not with NBDMAGIC")]
    NotNbd([u8; 8]),
    /// The server speaks a form of the protocol that went out of use in 2012.
    #[error(
        "the NBD server speaks the old protocol without negotiation; only the newstyle one is supported"
    )]
    OldStyle,
    /// The server wants an encrypted connection.
    #[error(
        "the NBD server requires TLS, which is not supported; connect through a tunnel, such as ssh -L or stunnel, or export the disk on a Unix socket{}",
        said(.0)
    )]
    TlsRequired(ServerText),
    /// There is no export of that name.
    #[error("the NBD server has no export named '{name}'{}{}", said(.message), offering(.offered.as_deref()))]
    UnknownExport {
        /// The name that was asked for.
        name: ServerText,
        /// What the server says.
        message: ServerText,
        /// The names that it has, if it tells.
        offered: Option<Vec<ServerText>>,
    },
    /// The server refuses for some other reason.
    #[error("the NBD server refuses the export '{name}': {reason}{}", said(.message))]
    Export {
        /// The name that was asked for.
        name: ServerText,
        /// What the server's error number means.
        reason: String,
        /// What it says itself.
        message: ServerText,
    },
    /// The export is larger than any disk.
    #[error(
        "the NBD server says that the export has {0} bytes; no disk has more than 9223372036854775807"
    )]
    TooLarge(u64),
    /// The export can be read in large pieces only.
    #[error(
        "the NBD server wants requests of at least {minimum} bytes; this client makes none above {limit}"
    )]
    BlockSize {
        /// The server's minimum, in bytes.
        minimum: u32,
        /// The largest that is supported, in bytes.
        limit: u32,
    },
    /// A name is too long for the protocol.
    #[error("the export's name has {0} bytes; the NBD protocol allows 4096")]
    NameTooLong(usize),
}

fn said(message: &ServerText) -> String {
    if message.is_empty() { String::new() } else { format!(" (it says: {message})") }
}

fn offering(names: Option<&[ServerText]>) -> String {
    match names {
        None => String::new(),
        Some([]) => "; it offers none".to_owned(),
        Some(names) => {
            let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
            format!("; it offers {}", quoted.join(", "))
        }
    }
}
