//! A browser that runs.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::capabilities::DOWNLOADS;
use super::display::Display;
use super::kept::Kept;
use super::kind::Kind;
use super::port;
use super::program::need;
use super::wire::{Refusal, Wire};

/// Far more than a driver takes until it listens.
const DEADLINE: Duration = Duration::from_secs(60);

/// The name of the folder for temporary files in a browser's own.
const TEMPORARY: &str = "tmp";

/// A browser with a profile and a download folder of its own, which is gone
/// with all its processes and files when it is dropped.
#[derive(Debug)]
pub struct Browser {
    pub(crate) wire: Wire,
    /// Another window, that shows what Chromium tells of its downloads.
    pub(crate) shelf: OnceCell<String>,
    kind: Kind,
    driver: Kept,
    display: Option<Display>,
}

impl Browser {
    /// Starts a browser with an empty page.
    ///
    /// # Panics
    ///
    /// If it can't be started. If a program is missing, the message says what
    /// brings it.
    pub fn start(kind: Kind) -> Self {
        Self::start_as(kind, false)
    }

    /// Starts Firefox with a private window.
    ///
    /// # Panics
    ///
    /// As [`Browser::start`] does.
    pub fn start_private() -> Self {
        Self::start_as(Kind::Firefox, true)
    }

    fn start_as(kind: Kind, private: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [DOWNLOADS, TEMPORARY] {
            fs::create_dir(folder.path().join(name)).expect("the folder can be written to");
        }
        let capabilities = kind.capabilities(folder.path(), private);
        if kind == Kind::WebKit {
            tell_where_downloads_go(folder.path());
        }
        let display = (kind == Kind::WebKit).then(Display::open);
        let mut driver = start_driver(kind, folder, display.as_ref());
        let port = driver.wait_for("a driver that listens", DEADLINE, |driver| {
            driver.processes().into_iter().find_map(port::listening)
        });
        let wire = Wire::open(port, &capabilities);
        let wire = wire.unwrap_or_else(|error| panic!("{kind:?}: {error}\n{}", driver.said()));
        Self { wire, shelf: OnceCell::new(), kind, driver, display }
    }

    /// Which it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where its downloads go.
    pub fn downloads(&self) -> PathBuf {
        self.driver.folder().join(DOWNLOADS)
    }

    /// Where it and its driver leave temporary files.
    pub fn temporary(&self) -> PathBuf {
        self.driver.folder().join(TEMPORARY)
    }

    /// The processes of the browser, its driver, and its display.
    pub fn processes(&self) -> Vec<u32> {
        let display = self.display.iter().flat_map(Display::processes);
        self.driver.processes().into_iter().chain(display).collect()
    }

    /// The process below which they all are.
    pub(crate) fn keeper(&self) -> u32 {
        self.driver.keeper()
    }

    /// Asks the driver for something.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        self.fine(self.wire.get(path))
    }

    /// Has the driver do something.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a request is made where it is sent")]
    pub(crate) fn post(&self, path: &str, body: Value) -> Value {
        self.fine(self.wire.post(path, &body))
    }

    /// What a driver answers if all is well.
    #[track_caller]
    pub(crate) fn fine(&self, answer: Result<Value, Refusal>) -> Value {
        answer.unwrap_or_else(|error| panic!("{:?}: {error}", self.kind))
    }

    /// Has Chromium do what only its own protocol has, such as
    /// `Network.emulateNetworkConditions`.
    ///
    /// # Panics
    ///
    /// If this is another browser, or it can't.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a request is made where it is sent")]
    pub fn cdp(&self, command: &str, params: Value) -> Value {
        assert_eq!(self.kind, Kind::Chromium, "{command} is Chromium's");
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": params }))
    }
}

/// Makes the download folder that of the browser's user, since MiniBrowser
/// can't be told of another.
fn tell_where_downloads_go(home: &Path) {
    let config = home.join(CONFIG);
    fs::create_dir(&config).expect("the folder can be written to");
    let line = format!("XDG_DOWNLOAD_DIR=\"$HOME/{DOWNLOADS}\"\n");
    fs::write(config.join("user-dirs.dirs"), line).expect("the folder can be written to");
}

/// Where programs look for what their user likes.
const CONFIG: &str = ".config";

/// Builds geckodriver if that has to be, and runs it.
const GECKODRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geckodriver");

fn start_driver(kind: Kind, folder: TempDir, display: Option<&Display>) -> Kept {
    let mut command = match kind {
        Kind::Chromium => driver("chromedriver", "chromium-driver", folder.path()),
        Kind::Firefox => geckodriver(folder.path()),
        Kind::WebKit => driver("WebKitWebDriver", "webkit2gtk-driver", folder.path()),
    };
    command.env("TMPDIR", folder.path().join(TEMPORARY));
    if let Some(display) = display {
        command.env("DISPLAY", &display.name);
    }
    Kept::start(folder, &command)
}

fn driver(program: &str, package: &str, folder: &Path) -> Command {
    need(program, package);
    let mut command = Command::new(program);
    // What the user of this machine likes and has is no matter of the test's.
    command.arg("--port=0").env("HOME", folder);
    command.env("XDG_CONFIG_HOME", folder.join(CONFIG));
    command.env("XDG_CACHE_HOME", folder.join(".cache"));
    command
}

fn geckodriver(folder: &Path) -> Command {
    // It mustn't be built while it is waited for.
    let version = Command::new(GECKODRIVER).arg("--version").output();
    let version = version.unwrap_or_else(|error| panic!("{GECKODRIVER}: {error}"));
    let said = String::from_utf8_lossy(&version.stderr);
    assert!(version.status.success(), "tests/geckodriver can't build it: {said}");
    let mut command = Command::new(GECKODRIVER);
    command.args(["--port", "0", "--log", "warn", "--profile-root"]).arg(folder);
    // Only the browser's own code knows what has become of a download.
    command.arg("--allow-system-access");
    command
}
