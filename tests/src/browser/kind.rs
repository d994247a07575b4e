//! The browsers.

/// A browser, with an engine of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Chromium, as Chrome, Edge, and Opera have it.
    Chromium,
    /// Firefox ESR.
    Firefox,
    /// WebKitGTK's small browser; its engine is that of Safari.
    WebKit,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];
}
