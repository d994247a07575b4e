//! What a browser tells of its downloads.

use serde::Deserialize;

use super::kind::Kind;
use super::running::Browser;
use super::{chromium, firefox};

/// A download, as the browser's own list of them has it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The name of the file.
    pub name: String,
    /// What has become of it.
    pub state: State,
    /// How many bytes the browser has of it.
    pub bytes: u64,
}

/// What has become of a download.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum State {
    /// It goes on.
    InProgress,
    /// The user has the file.
    Complete,
    /// The user doesn't have the file, for this reason.
    Failed(String),
}

impl Browser {
    /// What the browser tells of its downloads, oldest first.
    ///
    /// # Panics
    ///
    /// If the browser has no way to tell.
    #[track_caller]
    pub fn downloads_as_told(&self) -> Vec<Told> {
        match self.kind() {
            Kind::Chromium => chromium::downloads(self),
            Kind::Firefox => firefox::downloads(self),
            Kind::WebKit => panic!("MiniBrowser tells nobody of its downloads"),
        }
    }

    /// What the browser tells of the latest download of this name.
    ///
    /// # Panics
    ///
    /// If the browser has no way to tell.
    #[track_caller]
    pub fn download_as_told(&self, name: &str) -> Option<Told> {
        self.downloads_as_told().into_iter().rfind(|told| told.name == name)
    }
}
