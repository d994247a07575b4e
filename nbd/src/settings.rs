//! How long a client waits, and how much it asks for.

use std::fmt;
use std::time::Duration;

/// How a client behaves.
pub struct Settings {
    /// How long the server may take for the connection, as long for the negotiation, and then for each answer or the
    /// next 64 KiB of one.
    pub timeout: Duration,
    /// Asked several times a second while the client waits: whether to give up.
    pub stop: Box<dyn Fn() -> bool + Send>,
    /// The most bytes that one request asks for. It is rounded to what the server allows.
    pub request: u32,
    /// The most requests that are under way or not yet fetched. Times `request`, this is the memory in use.
    /// 4 measured best over a Unix socket; a network needs more the longer the way is.
    pub depth: usize,
}

/// The largest request of all: more than this would serve nobody.
pub(crate) const LARGEST_REQUEST: u32 = 32 << 20;

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            stop: Box::new(|| false),
            request: 512 * 1024,
            depth: 4,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timeout, request, depth, .. } = self;
        let mut shown = f.debug_struct("Settings");
        shown.field("timeout", timeout).field("request", request).field("depth", depth);
        shown.finish_non_exhaustive()
    }
}
