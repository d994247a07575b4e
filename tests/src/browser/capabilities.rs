//! How each browser is asked for.

use std::path::Path;

use serde_json::{Value, json};

use super::kind::Kind;
use super::program::{mini_browser, need};
use super::requests::LOG;

/// The name of the download folder in a browser's own.
pub(crate) const DOWNLOADS: &str = "downloads";

impl Kind {
    /// What the driver must be told of a browser whose folder this is. Firefox may have private windows only.
    pub(crate) fn capabilities(self, folder: &Path, private: bool) -> Value {
        match self {
            Self::Chromium => chromium(folder),
            Self::Firefox => firefox(folder, private),
            Self::WebKit => webkit(),
        }
    }
}

fn chromium(folder: &Path) -> Value {
    need("chromium", "chromium");
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let log = format!("--log-net-log={}", folder.join(LOG).display());
    let args = [
        "--headless=new",
        // Chromium's sandbox is not for root; the page is our own.
        "--no-sandbox",
        "--disable-gpu",
        // Nothing but the test is to be on the wire, in memory, or on the disk.
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &profile,
        &log,
    ];
    let prefs = json!({
        "download.default_directory": folder.join(DOWNLOADS),
        "download.prompt_for_download": false,
        // A person would be asked before the second one, and say yes.
        "profile.default_content_setting_values.automatic_downloads": 1,
    });
    json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": args, "prefs": prefs },
    })
}

fn firefox(folder: &Path, private: bool) -> Value {
    need("firefox-esr", "firefox-esr");
    let prefs = json!({
        "browser.download.folderList": 2,
        "browser.download.dir": folder.join(DOWNLOADS),
        "browser.download.useDownloadDir": true,
        "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream",
        "browser.download.alwaysOpenPanel": false,
        "browser.privatebrowsing.autostart": private,
    });
    // Its driver keeps the user's own, in which it was built.
    let env = json!({ "HOME": folder, "MOZ_CRASHREPORTER_DISABLE": "1" });
    let options = json!({
        "binary": "/usr/bin/firefox-esr", "args": ["-headless"], "prefs": prefs, "env": env,
    });
    // It opens a dialog when a download has failed, which would make the next request fail, too.
    let prompts = "dismiss";
    json!({
        "browserName": "firefox",
        "moz:firefoxOptions": options,
        "unhandledPromptBehavior": prompts,
    })
}

fn webkit() -> Value {
    let options = json!({ "binary": mini_browser(), "args": ["--automation"] });
    json!({ "browserName": "MiniBrowser", "webkitgtk:browserOptions": options })
}
