//! Chromium's list of downloads.

use std::fs;

use serde::Deserialize;
use serde_json::json;

use super::running::Browser;
use super::told::{State, Told};

/// An entry of the list.
#[derive(Deserialize)]
struct Entry {
    name: String,
    state: u32,
    reason: String,
}

/// Reads the page on which a person would look. It is in a window of its own,
/// so that the other page stays in sight.
pub(crate) fn downloads(browser: &Browser) -> Vec<Told> {
    let page = browser.get("/window");
    let shelf = browser.shelf.get_or_init(|| {
        let window = browser.post("/window/new", json!({ "type": "window" }));
        window["handle"].as_str().expect("a window has a name").into()
    });
    browser.switch_to(&json!(shelf));
    if browser.get("/url") != LIST {
        browser.go(LIST);
    }
    let entries = browser.try_run(ENTRIES, &[]);
    browser.switch_to(&page);
    let entries = entries.unwrap_or_else(|error| panic!("{LIST}: {error}"));
    let entries: Vec<Entry> = serde_json::from_value(entries).expect("a list of downloads");
    entries.into_iter().rev().map(|entry| told(browser, entry)).collect()
}

const LIST: &str = "chrome://downloads/";

/// The latest is first. `loaded_` tells an empty list from one to come.
const ENTRIES: &str = "
const list = document.querySelector('downloads-manager');
while (!list.loaded_) await new Promise((next) => setTimeout(next, 10));
return list.items_.map((item) => ({
  name: item.fileName, state: item.state, reason: item.lastReasonText,
}));";

fn told(browser: &Browser, entry: Entry) -> Told {
    let bytes = bytes(browser, &entry.name);
    // As in chrome/browser/ui/webui/downloads/downloads.mojom.
    let state = match entry.state {
        0 | 3 => State::InProgress,
        1 => State::Failed("cancelled".into()),
        2 => State::Complete,
        5 => State::Failed(entry.reason),
        other => State::Failed(format!("held back, state {other}")),
    };
    Told { name: entry.name, state, bytes }
}

/// How much there is of a file; Chromium tells it in words only.
fn bytes(browser: &Browser, name: &str) -> u64 {
    let size = |name: &str| fs::metadata(browser.downloads().join(name)).map(|file| file.len());
    size(name).or_else(|_| size(&format!("{name}.crdownload"))).unwrap_or(0)
}
